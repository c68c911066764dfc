using SessionManagerPlugin.Cli;
using SessionManagerPlugin.Logging;
using SessionManagerPlugin.Terminal.Unix;

namespace SessionManagerPlugin;

/// <summary>The entry point, and the only place where the process ends.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        try
        {
            if (QuickAnswers.For(arguments) is { } answer)
            {
                StandardStreams.WriteOutput(answer);
                return ExitCodes.Success;
            }

            // First of all: before anything is opened, and because the runtime looks at a signal's disposition only once.
            if (!OperatingSystem.IsWindows())
            {
                StandardDescriptors.Occupy();
                IgnoredSignals.Reset();
            }

            return await RunAsync(arguments, new ProcessEnvironment()).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            return ErrorReporter.Report(e);
        }
    }

    private static Task<int> RunAsync(string[] arguments, IEnvironment environment)
    {
        if (LegacyArguments.IsPositional(arguments))
        {
            return SessionHost.RunAsync(
                LegacyArguments.Parse(arguments, environment), Tuning.FromEnvironment(environment), LogOptions.FromEnvironment(environment));
        }

        if (CommandLineForm.UnknownOperation(arguments) is { } unknown)
        {
            StandardStreams.WriteError(unknown);
            return Task.FromResult(ExitCodes.Usage);
        }

        return CommandLineForm.RunAsync(arguments, environment);
    }
}
