using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Emulator.Pty;

/// <summary>
/// A process on a pseudo-terminal of its own, as a person would run it. Reading and writing are asynchronous and can be cancelled; one
/// reader and one writer at a time. Whoever starts it disposes of it, and then nothing of its session is left.
/// </summary>
internal sealed class PtyProcess : IAsyncDisposable
{
    private readonly PseudoTerminal _terminal;
    private readonly ChildProcess _child;

    private PtyProcess(PseudoTerminal terminal, ChildProcess child)
    {
        _terminal = terminal;
        _child = child;
    }

    /// <summary>The process id, which is its session's too.</summary>
    internal int ProcessId => _child.ProcessId;

    /// <summary>Completes when the process has exited. Its last output may still be unread.</summary>
    internal Task<ExitStatus> Exited => _child.Exited;

    /// <summary>Starts a process.</summary>
    /// <param name="options">What to run.</param>
    /// <param name="size">The terminal's size; without it the terminal has none (0 × 0) until <see cref="Resize"/>.</param>
    /// <exception cref="IOException">There is no pseudo-terminal, or the process cannot be started.</exception>
    internal static PtyProcess Start(SpawnOptions options, TerminalSize? size = null)
    {
        var terminal = PseudoTerminal.Open();
        try
        {
            if (size is { } initial)
            {
                terminal.Resize(initial);
            }

            return new PtyProcess(terminal, new ChildProcess(ProcessSpawner.SpawnOnTerminal(options, terminal.TerminalPath)));
        }
        catch
        {
            terminal.Dispose();
            throw;
        }
    }

    /// <summary>Reads output, at least one byte; 0 when the process and all that shares its terminal have ended.</summary>
    internal ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        _terminal.ReadAsync(buffer, cancellationToken);

    /// <summary>Types bytes; 3 is Ctrl-C, 13 Enter.</summary>
    internal ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        _terminal.WriteAsync(bytes, cancellationToken);

    /// <summary>Sets the terminal's size.</summary>
    internal void Resize(TerminalSize size) => _terminal.Resize(size);

    /// <summary>The terminal's size.</summary>
    internal TerminalSize GetSize() => _terminal.GetSize();

    /// <summary>Sends a signal to the process's group, not by way of the terminal.</summary>
    internal void Signal(int signal) => _child.SignalGroup(signal);

    /// <summary>Hangs up, kills what is left of the session, and reaps the process.</summary>
    public ValueTask DisposeAsync()
    {
        _terminal.Dispose();
        return _child.DisposeAsync();
    }
}
