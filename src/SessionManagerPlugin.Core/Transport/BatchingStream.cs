using System.Runtime.CompilerServices;
using SessionManagerPlugin.Core.Threading;

namespace SessionManagerPlugin.Core.Transport;

/// <summary>
/// Lies between the WebSocket and the socket (or TLS) and gathers what is written while it is corked, so that several messages leave
/// in one write.
/// </summary>
/// <remarks>
/// The WebSocket writes from two places: our messages, and the pongs and pings that it sends of itself. Both may write at any time. One
/// of them at a time carries the buffer to the inner stream; what the other writes meanwhile is carried along by the first. The data
/// channel flushes a batch at a stated size; the pongs behind a write that does not end are as many as the far side asks for, and are
/// bounded here. A write that failed may have left half a frame behind, so nothing is written after it.
/// It owns the inner stream.
/// </remarks>
internal sealed class BatchingStream : Stream
{
    // Far above a batch and what pongs it meets. A far side that takes nothing and still asks for this much means harm.
    private const int MaxWaitingBytes = 1024 * 1024;

    private readonly Stream _inner;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private WriteBuffer _filling = new();
    private WriteBuffer _leaving = new();
    private bool _isCorked;
    private bool _isCarrying;
    private Exception? _failure;

    // Set whenever a carrier has finished; only the task that uncorks waits for it.
    private readonly AsyncSignal _carried = new();

    // When the read that is under way began; the largest value while there is none.
    private long _readingSince = long.MaxValue;

    public BatchingStream(Stream inner, TimeProvider time)
    {
        _inner = inner;
        _time = time;
    }

    /// <summary>
    /// How long the read that is under way has waited: how long not a byte has come though somebody listens. Zero while nobody does.
    /// </summary>
    public TimeSpan SilentFor
    {
        get
        {
            var since = Volatile.Read(ref _readingSince);
            return since == long.MaxValue ? TimeSpan.Zero : _time.GetElapsedTime(since);
        }
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>From now on what is written is gathered.</summary>
    public void Cork()
    {
        lock (_gate)
        {
            _isCorked = true;
        }
    }

    /// <summary>
    /// Sends what was gathered, and completes when the inner stream has taken it. From now on what is written leaves at once.
    /// </summary>
    public ValueTask UncorkAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _isCorked = false;
            ThrowIfBroken();
            if (_filling.Count == 0 && !_isCarrying)
            {
                return default;
            }

            if (!_isCarrying)
            {
                _isCarrying = true;
                return CarryAsync(cancellationToken);
            }
        }

        return UncorkAfterOtherAsync(cancellationToken);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            ThrowIfBroken();
            if (_isCarrying && _filling.Count > MaxWaitingBytes)
            {
                throw new IOException($"the far side has more than {MaxWaitingBytes} bytes waiting for it and does not take them");
            }

            _filling.Append(buffer.Span);
            if (_isCorked || _isCarrying)
            {
                return default;
            }

            _isCarrying = true;
        }

        return CarryAsync(cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Volatile.Write(ref _readingSince, _time.GetTimestamp());
        try
        {
            return await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _readingSince, long.MaxValue);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // A flush says nothing that a write has not said; what is corked stays.
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>A control frame is on its way. What was gathered leaves with it or behind it; the wait for that is the back-pressure.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask UncorkAfterOtherAsync(CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(static state => ((AsyncSignal)state!).Set(), _carried);
        await using (registration.ConfigureAwait(false))
        {
            await _carried.WaitAsync().ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        await UncorkAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes the buffer out until nothing new has come. Only one caller at a time: the one that set _isCarrying.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CarryAsync(CancellationToken cancellationToken)
    {
        var isWriting = false;
        try
        {
            while (TryTurn(cancellationToken))
            {
                isWriting = true;
                await _inner.WriteAsync(_leaving.Written, cancellationToken).ConfigureAwait(false);
                isWriting = false;
                _leaving.Clear();
            }
        }
        catch (Exception e) when (isWriting)
        {
            lock (_gate)
            {
                _failure = e;
                _isCarrying = false;
            }

            throw;
        }
        finally
        {
            _carried.Set();
        }
    }

    private void ThrowIfBroken()
    {
        if (_failure is { } failure)
        {
            throw new IOException("an earlier write failed", failure);
        }
    }

    private bool TryTurn(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_filling.Count == 0 || _isCorked || cancellationToken.IsCancellationRequested)
            {
                _isCarrying = false;
                cancellationToken.ThrowIfCancellationRequested();
                return false;
            }

            (_filling, _leaving) = (_leaving, _filling);
            return true;
        }
    }

    /// <summary>Bytes in a row, in an array that grows and is kept.</summary>
    private sealed class WriteBuffer
    {
        private byte[] _bytes = new byte[4096];

        public int Count { get; private set; }

        public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Count);

        public void Append(ReadOnlySpan<byte> bytes)
        {
            if (_bytes.Length - Count < bytes.Length)
            {
                Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Count + bytes.Length));
            }

            bytes.CopyTo(_bytes.AsSpan(Count));
            Count += bytes.Length;
        }

        public void Clear() => Count = 0;
    }
}
