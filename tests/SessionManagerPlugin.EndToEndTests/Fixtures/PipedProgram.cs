using System.Diagnostics;
using System.Text;
using SessionManagerPlugin.Emulator.Pty;

namespace SessionManagerPlugin.EndToEndTests.Fixtures;

/// <summary>A program on three pipes, as a script runs it.</summary>
internal sealed class PipedProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Stream _output;
    private readonly Task _readingError;
    private Task _readingOutput = Task.CompletedTask;

    private PipedProgram(Process process)
    {
        _process = process;
        _output = process.StandardOutput.BaseStream;
        _readingError = ReadAsync(process.StandardError.BaseStream, Error);
    }

    public Transcript Output { get; } = new("standard output");

    public Transcript Error { get; } = new("standard error");

    public int ProcessId => _process.Id;

    /// <summary>Starts a program. Its output waits in the pipe until <see cref="ReadOutput"/>.</summary>
    public static PipedProgram StartUnread(SpawnOptions options)
    {
        var start = new ProcessStartInfo(options.FileName, options.Arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = options.WorkingDirectory,
        };
        start.Environment.Clear();
        foreach (var (name, value) in options.Environment ?? SpawnOptions.CopyEnvironment())
        {
            start.Environment[name] = value;
        }

        return new PipedProgram(Process.Start(start)!);
    }

    /// <summary>Starts a program and reads its output from the start.</summary>
    public static PipedProgram Start(SpawnOptions options)
    {
        var program = StartUnread(options);
        program.ReadOutput();
        return program;
    }

    /// <summary>Begins to read the output.</summary>
    public void ReadOutput() => _readingOutput = ReadAsync(_output, Output);

    /// <summary>Reads some of the output and then closes the pipe, as <c>head</c> does.</summary>
    public async Task ReadSomeAndCloseOutputAsync(int count)
    {
        using var limit = new CancellationTokenSource(Limits.Wait);
        await _output.ReadExactlyAsync(new byte[count], limit.Token);
        await _output.DisposeAsync();
        Output.End();
    }

    public Task SendLineAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text + "\n"));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var limit = new CancellationTokenSource(Limits.Transfer);
        await _process.StandardInput.BaseStream.WriteAsync(bytes, limit.Token);
        await _process.StandardInput.BaseStream.FlushAsync(limit.Token);
    }

    public void CloseInput() => _process.StandardInput.Close();

    public void Signal(int signal) => ProcessSignals.Send(ProcessId, signal);

    /// <summary>Waits until the program has exited and all that it wrote was read.</summary>
    /// <returns>The exit status; that of a shell when a signal ended it.</returns>
    public async Task<int> WaitForExitAsync(TimeSpan? within = null)
    {
        using var limit = new CancellationTokenSource(within ?? Limits.Wait);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            await Task.WhenAll(_readingOutput, _readingError).WaitAsync(limit.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The program did not end within {within ?? Limits.Wait}.\n{Output.Shown}\n{Error.Shown}");
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        // Whoever inherited a pipe and lives on would keep these from ending.
        await Task.WhenAll(_readingOutput, _readingError).WaitAsync(Limits.Wait).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
    }

    private static async Task ReadAsync(Stream stream, Transcript transcript)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer)) > 0)
            {
                transcript.Append(buffer.AsSpan(0, count));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The test closed the pipe.
        }

        transcript.End();
    }
}
