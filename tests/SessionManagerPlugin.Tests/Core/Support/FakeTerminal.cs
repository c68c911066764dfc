using System.Text;
using System.Threading.Channels;
using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Tests.Core.Support;

/// <summary>A local end in the test's hand. What happens to it is kept in order in <see cref="Events"/>.</summary>
internal sealed class FakeTerminal : ITerminal
{
    private readonly Channel<object> _input = Channel.CreateUnbounded<object>();
    private readonly Channel<string> _output = Channel.CreateUnbounded<string>();
    private readonly Lock _gate = new();
    private readonly List<(int Count, TaskCompletionSource Seen)> _readWatchers = [];
    private int _readCount;
    private readonly List<string> _events = [];
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TerminalSize? _size;
    private Action? _sizeChanged;
    private Action<byte>? _controlKey;

    public bool IsInputTerminal { get; init; }

    public IOException? OutputFailure { get; set; }

    public IReadOnlyList<string> Events
    {
        get
        {
            lock (_gate)
            {
                return [.. _events];
            }
        }
    }

    public TerminalSize? Size
    {
        get
        {
            lock (_gate)
            {
                return _size;
            }
        }

        set
        {
            lock (_gate)
            {
                _size = value;
            }
        }
    }

    /// <summary>How long the last read was to wait for more.</summary>
    public TimeSpan GatherFor { get; private set; } = TimeSpan.MinValue;

    /// <summary>How many reads have begun.</summary>
    public int ReadCount
    {
        get
        {
            lock (_gate)
            {
                return _readCount;
            }
        }
    }

    /// <summary>Completes when this many reads have begun.</summary>
    public Task WhenReadsAsync(int count)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_readCount >= count)
            {
                return Task.CompletedTask;
            }

            _readWatchers.Add((count, seen));
        }

        return seen.Task.Soon();
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, TimeSpan gatherFor, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _readCount++;
            GatherFor = gatherFor;
            _readWatchers.RemoveAll(watcher => watcher.Count <= _readCount && watcher.Seen.TrySetResult());
        }

        switch (await _input.Reader.ReadAsync(cancellationToken))
        {
            case byte[] bytes:
                bytes.CopyTo(buffer);
                return bytes.Length;
            case IOException failure:
                throw failure;
            default:
                return 0;
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => Write("out", bytes);

    public ValueTask WriteErrorAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => Write("err", bytes);

    public TerminalSize? GetSize() => Size;

    public IDisposable EnterRawMode(RawOutput output)
    {
        Note($"raw {output}");
        return new Ending(() => Note("cooked"));
    }

    public IDisposable Listen(Action sizeChanged, Action<byte> controlKey)
    {
        _sizeChanged = sizeChanged;
        _controlKey = controlKey;
        _listening.TrySetResult();
        Note("listening");
        return new Ending(() => Note("deaf"));
    }

    public void Note(string what)
    {
        lock (_gate)
        {
            _events.Add(what);
        }
    }

    public void Type(string text) => _input.Writer.TryWrite(Encoding.UTF8.GetBytes(text));

    public void EndInput() => _input.Writer.TryWrite("end");

    public void FailInput(IOException failure) => _input.Writer.TryWrite(failure);

    public Task<string> NextOutputAsync() => _output.Reader.ReadAsync().Soon();

    public bool HasOutput => _output.Reader.Count > 0;

    public async Task PressAsync(byte key)
    {
        await _listening.Task.Soon();
        _controlKey!(key);
    }

    public async Task ResizeAsync(TerminalSize size)
    {
        await _listening.Task.Soon();
        Size = size;
        _sizeChanged!();
    }

    private ValueTask Write(string where, ReadOnlyMemory<byte> bytes)
    {
        if (OutputFailure is { } failure)
        {
            return ValueTask.FromException(failure);
        }

        var text = $"{where}:{Encoding.UTF8.GetString(bytes.Span)}";
        Note(text);
        _output.Writer.TryWrite(text);
        return default;
    }

    private sealed class Ending(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
