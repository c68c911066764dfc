using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Core.Abstractions;

/// <summary>
/// The local end of a shell session: a terminal, or pipes in its place. One task reads, one task writes, at the same time.
/// </summary>
public interface ITerminal
{
    /// <summary>Whether input comes from a terminal. When it does, its end means that the terminal is gone.</summary>
    bool IsInputTerminal { get; }

    /// <summary>Reads input as bytes. 0 is the end of input.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="gatherFor">How long, after the first bytes, more are waited for while the buffer has room. Zero: not at all.</param>
    /// <param name="cancellationToken">Ends the wait; no other read follows then.</param>
    /// <exception cref="IOException">Input cannot be read.</exception>
    ValueTask<int> ReadAsync(Memory<byte> buffer, TimeSpan gatherFor, CancellationToken cancellationToken);

    /// <summary>Writes output as bytes, all of them. It completes when the local end has taken them: its pace is the session's.</summary>
    /// <exception cref="IOException">Output cannot be written.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Writes bytes of a command's standard error, as <see cref="WriteAsync"/>.</summary>
    /// <exception cref="IOException">Output cannot be written.</exception>
    ValueTask WriteErrorAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>The terminal's size; null without a terminal.</summary>
    TerminalSize? GetSize();

    /// <summary>
    /// Makes the terminal raw, so that every key reaches the far side, until the result is disposed. Does nothing without a terminal.
    /// </summary>
    /// <param name="output">What becomes of output.</param>
    IDisposable EnterRawMode(RawOutput output);

    /// <summary>
    /// Calls back on what happens to the terminal, until the result is disposed. The calls come from any thread and must be short.
    /// </summary>
    /// <param name="sizeChanged">The size may have changed.</param>
    /// <param name="controlKey">
    /// This process was signalled as a terminal's key would: the byte of that key (3 for SIGINT, 28 for SIGQUIT, 26 for SIGTSTP), which
    /// belongs to the far side.
    /// </param>
    IDisposable Listen(Action sizeChanged, Action<byte> controlKey);
}
