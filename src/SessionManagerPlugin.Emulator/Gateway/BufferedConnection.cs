using SessionManagerPlugin.Emulator.Http;

namespace SessionManagerPlugin.Emulator.Gateway;

/// <summary>
/// Lies between a WebSocket and its connection: gathers what is written while it is corked, so that several messages leave in one write,
/// reads in large pieces, and can stand still.
/// </summary>
/// <remarks>
/// The WebSocket calls its writes one after the other, pongs included, and a write waits until its bytes have left unless the stream is
/// corked; so what is gathered is bounded by who corks it. It owns the connection's stream.
/// </remarks>
internal sealed class BufferedConnection(AcceptedConnection connection) : Stream
{
    private const int ReadSize = 64 * 1024;

    private readonly Stream _inner = connection.Stream;
    private readonly byte[] _read = new byte[ReadSize];
    private int _readStart;
    private int _readEnd;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _leavingTurn = new(1, 1);
    private byte[] _filling = new byte[4096];
    private byte[] _leaving = new byte[4096];
    private int _filled;
    private bool _isCorked;
    private TaskCompletionSource? _thaw;
    private bool _isDisposed;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Ends the connection with a TCP reset.</summary>
    internal void Reset() => connection.Reset();

    /// <summary>From now on what is written is gathered.</summary>
    internal void Cork()
    {
        lock (_gate)
        {
            _isCorked = true;
        }
    }

    /// <summary>Sends what was gathered. From now on what is written leaves at once.</summary>
    internal ValueTask UncorkAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _isCorked = false;
        }

        return LeaveAsync(cancellationToken);
    }

    /// <summary>From now on nothing is read or written. A read under way may take bytes in, but hands none out.</summary>
    internal void Freeze()
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _thaw ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    /// <summary>Reading and writing go on.</summary>
    internal void Thaw()
    {
        TaskCompletionSource? thaw;
        lock (_gate)
        {
            (thaw, _thaw) = (_thaw, null);
        }

        thaw?.SetResult();
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_filling.Length - _filled < buffer.Length)
            {
                Array.Resize(ref _filling, Math.Max(2 * _filling.Length, _filled + buffer.Length));
            }

            buffer.CopyTo(_filling.AsMemory(_filled));
            _filled += buffer.Length;
            if (_isCorked)
            {
                return ValueTask.CompletedTask;
            }
        }

        return LeaveAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            // A wait for bytes, such as a WebSocket may ask for.
            return _readStart < _readEnd ? ValueTask.FromResult(0) : _inner.ReadAsync(buffer, cancellationToken);
        }

        return _readStart < _readEnd && WhenRunningAsync().IsCompleted
            ? ValueTask.FromResult(TakeRead(buffer.Span))
            : ReadMoreAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override void Flush()
    {
        // What is corked stays, and nothing else waits.
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_gate)
            {
                _isDisposed = true;
            }

            // Whoever stands still goes on, to find it closed. The turn is not disposed of: writers may still wait for theirs.
            Thaw();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadMoreAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_readStart == _readEnd)
        {
            _readEnd = 0;
            _readStart = 0;
            _readEnd = await _inner.ReadAsync(_read, cancellationToken).ConfigureAwait(false);
        }

        await WhenRunningAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return TakeRead(buffer.Span);
    }

    private int TakeRead(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _readEnd - _readStart);
        _read.AsSpan(_readStart, count).CopyTo(buffer);
        _readStart += count;
        return count;
    }

    /// <summary>Writes what has gathered, in the order in which it was written.</summary>
    private async ValueTask LeaveAsync(CancellationToken cancellationToken)
    {
        await _leavingTurn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await WhenRunningAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            int count;
            lock (_gate)
            {
                (_filling, _leaving) = (_leaving, _filling);
                (count, _filled) = (_filled, 0);
            }

            if (count > 0)
            {
                await _inner.WriteAsync(_leaving.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _leavingTurn.Release();
        }
    }

    private Task WhenRunningAsync()
    {
        lock (_gate)
        {
            return _thaw?.Task ?? Task.CompletedTask;
        }
    }
}
