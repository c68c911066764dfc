using System.Text;
using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Terminal.Windows;

/// <summary>The Windows console, or pipes and files in its place, as the local end of a session.</summary>
internal sealed class WindowsTerminal : ITerminal
{
    private readonly ProcessSignals _signals;
    private readonly nint _inputHandle = Kernel32.GetStdHandle(Kernel32.StandardInput);
    private readonly nint _outputHandle = Kernel32.GetStdHandle(Kernel32.StandardOutput);
    private readonly uint _inputMode;
    private readonly Stream _input = Console.OpenStandardInput();
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly Stream _error;
    private readonly Encoder _encoder = Encoding.UTF8.GetEncoder();
    private volatile ConsoleMode? _raw;

    public WindowsTerminal(ProcessSignals signals, bool isErrorOnOutput)
    {
        _signals = signals;
        _error = isErrorOnOutput ? _output : Console.OpenStandardError();
        IsInputTerminal = Kernel32.GetConsoleMode(_inputHandle, out _inputMode);
    }

    public bool IsInputTerminal { get; }

    // Nothing is gathered here: a read of a pipe takes what is there, and a wait for more could not be left without losing it.
    // A console's read cannot be cancelled: it is left behind, on a thread of the pool, and ends with the process.
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, TimeSpan gatherFor, CancellationToken cancellationToken) =>
        await Task.Run(() => IsInputTerminal ? ReadConsole(buffer.Span) : _input.Read(buffer.Span), CancellationToken.None)
            .WaitAsync(cancellationToken).ConfigureAwait(false);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        WriteAsync(_output, bytes, cancellationToken);

    public ValueTask WriteErrorAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        WriteAsync(_error, bytes, cancellationToken);

    public TerminalSize? GetSize() => Kernel32.GetConsoleScreenBufferInfo(_outputHandle, out var info)
        ? new TerminalSize((uint)(info.WindowRight - info.WindowLeft + 1), (uint)(info.WindowBottom - info.WindowTop + 1))
        : null;

    public IDisposable EnterRawMode(RawOutput output)
    {
        if (!IsInputTerminal)
        {
            return NotRaw.Instance;
        }

        var raw = new ConsoleMode(_inputHandle, _inputMode, _outputHandle, keepLineFeeds: output == RawOutput.Untouched);
        _raw = raw;
        return raw;
    }

    public IDisposable Listen(Action sizeChanged, Action<byte> controlKey) =>
        _signals.Listen(sizeChanged, continued: sizeChanged, controlKey, restore: () => _raw?.Dispose());

    private static async ValueTask WriteAsync(Stream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        await Task.Run(() => stream.Write(bytes.Span), CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Reads characters and gives their UTF-8: ReadFile would give the keys' bytes in the console's own code page.</summary>
    private unsafe int ReadConsole(Span<byte> buffer)
    {
        // One UTF-16 unit is at most three bytes.
        var characters = stackalloc char[buffer.Length / 3];
        while (true)
        {
            if (!Kernel32.ReadConsole(_inputHandle, characters, (uint)(buffer.Length / 3), out var read, 0))
            {
                throw new IOException(System.Runtime.InteropServices.Marshal.GetLastPInvokeErrorMessage());
            }

            var count = _encoder.GetBytes(new ReadOnlySpan<char>(characters, (int)read), buffer, flush: false);

            // The first half of a surrogate pair gives no byte yet, and 0 bytes would be the end of input.
            if (count > 0 || read == 0)
            {
                return count;
            }
        }
    }
}
