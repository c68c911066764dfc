using System.Runtime.InteropServices;
using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Terminal.Unix;

/// <summary>The process's standard descriptors as the local end of a session: a terminal, pipes, files, in any mixture.</summary>
internal sealed class UnixTerminal : ITerminal
{
    /// <summary>What a terminal is that states no size, such as a serial line: the size that programs assume then.</summary>
    private static readonly TerminalSize UnstatedSize = new(80, 24);

    private readonly ProcessSignals _signals;
    private readonly DescriptorWorker _input = DescriptorWorker.Reader(LibC.StandardInput, "standard input");
    private readonly DescriptorWorker _output = DescriptorWorker.Writer(LibC.StandardOutput, "standard output");
    private readonly DescriptorWorker _error;
    private readonly bool _isInputClosed = !StandardDescriptors.IsInherited(LibC.StandardInput);
    private volatile RawMode? _raw;

    /// <summary>The standard descriptors.</summary>
    /// <param name="signals">The process's signals.</param>
    /// <param name="isErrorOnOutput">Standard error of the far side goes to standard output, as the Go client writes it.</param>
    public UnixTerminal(ProcessSignals signals, bool isErrorOnOutput)
    {
        _signals = signals;
        _error = isErrorOnOutput ? _output : DescriptorWorker.Writer(LibC.StandardError, "standard error");
        IsInputTerminal = LibC.IsTerminal(LibC.StandardInput) == 1;
    }

    public bool IsInputTerminal { get; }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, TimeSpan gatherFor, CancellationToken cancellationToken) =>
        _isInputClosed ? ValueTask.FromResult(0) : _input.RunAsync(buffer, gatherFor, cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        WriteAsync(_output, bytes, cancellationToken);

    public ValueTask WriteErrorAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        WriteAsync(_error, bytes, cancellationToken);

    public TerminalSize? GetSize()
    {
        // Where the output is shown counts; with output in a pipe, the terminal that is typed on is the next best.
        if (!LibC.TryGetWindowSize(LibC.StandardOutput, out var size) && !LibC.TryGetWindowSize(LibC.StandardInput, out size))
        {
            return null;
        }

        return size.Columns == 0 || size.Rows == 0 ? UnstatedSize : new TerminalSize(size.Columns, size.Rows);
    }

    public IDisposable EnterRawMode(RawOutput output)
    {
        if (!IsInputTerminal || TerminalAttributes.Of(LibC.StandardInput) is not { } attributes)
        {
            return NotRaw.Instance;
        }

        var raw = new RawMode(attributes, keepOutput: output == RawOutput.LineFeedsTranslated);
        _raw = raw;
        return raw;
    }

    public IDisposable Listen(Action sizeChanged, Action<byte> controlKey) => _signals.Listen(
        sizeChanged,
        continued: () =>
        {
            _raw?.Reapply();
            sizeChanged();
        },
        controlKey,
        restore: () => _raw?.Dispose());

    private static async ValueTask WriteAsync(DescriptorWorker worker, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        // The worker takes one kind of memory for both directions; a writer only reads it.
        _ = await worker.RunAsync(MemoryMarshal.AsMemory(bytes), cancellationToken).ConfigureAwait(false);
    }
}
