namespace SessionManagerPlugin.Emulator.Pty;

/// <summary>
/// A process without a terminal: nothing to read, its output and its errors in two pipes. Whoever starts it disposes of it, and then
/// nothing of its session is left.
/// </summary>
internal sealed class PipeProcess : IAsyncDisposable
{
    private readonly DescriptorPoller _poller;
    private readonly ChildProcess _child;

    private PipeProcess(DescriptorPoller poller, AsyncDescriptor output, AsyncDescriptor error, ChildProcess child)
    {
        _poller = poller;
        Output = output;
        Error = error;
        _child = child;
    }

    /// <summary>Its standard output, to be read.</summary>
    internal AsyncDescriptor Output { get; }

    /// <summary>Its standard error, to be read.</summary>
    internal AsyncDescriptor Error { get; }

    /// <summary>The process id, which is its session's too.</summary>
    internal int ProcessId => _child.ProcessId;

    /// <summary>Completes when the process has exited. Its last output may still be unread.</summary>
    internal Task<ExitStatus> Exited => _child.Exited;

    /// <summary>Starts a process.</summary>
    /// <exception cref="IOException">It cannot be started.</exception>
    internal static PipeProcess Start(SpawnOptions options)
    {
        var poller = new DescriptorPoller($"pipes of {options.FileName}");
        AsyncDescriptor? output = null;
        AsyncDescriptor? error = null;
        try
        {
            // The child has its own copies of the writing ends; these must be closed for the readers to see an end.
            var (outputReader, outputWriter) = AsyncDescriptor.CreatePipe();
            using var outputEnd = outputWriter;
            output = new AsyncDescriptor(outputReader, poller);
            var (errorReader, errorWriter) = AsyncDescriptor.CreatePipe();
            using var errorEnd = errorWriter;
            error = new AsyncDescriptor(errorReader, poller);
            return new PipeProcess(poller, output, error, new ChildProcess(ProcessSpawner.SpawnOnPipes(options, outputEnd, errorEnd)));
        }
        catch
        {
            output?.Dispose();
            error?.Dispose();
            poller.Dispose();
            throw;
        }
    }

    /// <summary>Sends a signal to the process's group.</summary>
    internal void Signal(int signal) => _child.SignalGroup(signal);

    /// <summary>Kills what is left of the session, reaps the process and closes the pipes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _child.DisposeAsync().ConfigureAwait(false);
        Output.Dispose();
        Error.Dispose();
        _poller.Dispose();
    }
}
