using System.CommandLine;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Emulator.Pty;

namespace SessionManagerPlugin.Emulator.Cli;

/// <summary>The program: reads the command line, runs the emulator until a signal ends it, and gives the exit status.</summary>
internal static class EmulatorProgram
{
    private const int Success = 0;
    private const int Failure = 1;
    private const int Usage = 2;

    /// <summary>Runs the program.</summary>
    internal static async Task<int> RunAsync(string[] args)
    {
        ChildProcess.WantExitStatuses();
        var commandLine = new EmulatorCommandLine();

        // No response files: an argument that begins with @ is one.
        var parsed = commandLine.Root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            StandardStreams.WriteErrorLine($"ssm-emulator: {parsed.Errors[0].Message}");
            return Usage;
        }

        if (parsed.Action is not null)
        {
            // --help or --version.
            return await parsed.InvokeAsync().ConfigureAwait(false);
        }

        var logger = new StandardErrorLogger(commandLine.IsVerbose(parsed) ? LogLevel.Trace : LogLevel.Information, TimeProvider.System);
        X509Certificate2? certificate;
        try
        {
            certificate = commandLine.TlsFiles(parsed) is { } files
                ? X509Certificate2.CreateFromPemFile(files.Certificate, files.Key)
                : null;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            StandardStreams.WriteErrorLine($"ssm-emulator: the certificate cannot be read: {e.Message}");
            return Failure;
        }

        using (certificate)
        {
            var options = commandLine.ToOptions(parsed) with { Certificate = certificate };
            try
            {
                await ServeAsync(options, logger).ConfigureAwait(false);
                return Success;
            }
            catch (SocketException e)
            {
                StandardStreams.WriteErrorLine($"ssm-emulator: port {options.Port} cannot be opened: {e.Message}");
                return Failure;
            }
        }
    }

    private static async Task ServeAsync(EmulatorOptions options, ILogger logger)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);

        var host = EmulatorHost.Start(options, TimeProvider.System, logger);
        await using (host.ConfigureAwait(false))
        {
            StandardStreams.WriteLine(host.Url.GetLeftPart(UriPartial.Authority));
            await ended.Task.ConfigureAwait(false);
        }

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            ended.TrySetResult();
        }
    }
}
