using SessionManagerPlugin.Core.Transport;

namespace SessionManagerPlugin.Tests.Fuzz;

/// <summary>
/// One connection whose far end is a schedule: it takes out what was sent, puts in what is received, and knows when the channel waits at
/// it. The bytes that a receive gives are spoilt by the next one, and a write may take its time, as the contract allows.
/// </summary>
internal sealed class ModelConnection : IMessageTransport
{
    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _incoming = new();
    private readonly List<(MessageKind Kind, byte[] Bytes)> _batch = [];
    private readonly bool _takesTime;
    private List<(MessageKind Kind, byte[] Bytes)> _sent = [];
    private TaskCompletionSource? _receiver;
    private TaskCompletionSource? _flush;
    private TransportException? _readFailure;
    private TransportException? _writeFailure;
    private byte[] _lent = [];
    private TaskCompletionSource? _held;
    private bool _holdsNext;
    private bool _isFull;
    private long _silentTicks;
    private int _waits;

    public ModelConnection(bool takesTime) => _takesTime = takesTime;

    public TimeSpan SilentFor => new(Volatile.Read(ref _silentTicks));

    public bool IsDisposed { get; private set; }

    /// <summary>Whether a write or a flush has failed: the channel then listens for a moment and gives the connection up.</summary>
    public bool HasFailedWrite { get; private set; }

    /// <summary>Whether the far side is gone for the schedule, whether the channel has found out or not.</summary>
    public bool IsCut { get; private set; }

    /// <summary>A number that stays the same exactly as long as the receiving task waits here; 0 while it does not.</summary>
    public int ReceiverWait
    {
        get
        {
            lock (_gate)
            {
                return _receiver is null ? 0 : _waits;
            }
        }
    }

    /// <summary>As <see cref="ReceiverWait"/>, of the sending task in a write or a flush that is not taken.</summary>
    public int SenderWait
    {
        get
        {
            lock (_gate)
            {
                return _flush is null && _held is null ? 0 : 1;
            }
        }
    }

    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellationToken)
    {
        _lent.AsSpan().Fill(0xEE);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TaskCompletionSource receiver;
            lock (_gate)
            {
                if (_incoming.TryDequeue(out var message))
                {
                    return _lent = message;
                }

                if (_readFailure is { } failure)
                {
                    throw failure;
                }

                _receiver = receiver = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waits++;
            }

            await using var registration = cancellationToken.UnsafeRegister(static state => ((ModelConnection)state!).WakeReceiver(), this);
            await receiver.Task.ConfigureAwait(false);
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> message, MessageKind kind)
    {
        if (_takesTime)
        {
            await Task.Yield();
        }

        Task? held = null;
        lock (_gate)
        {
            if (_holdsNext)
            {
                _holdsNext = false;
                _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                held = _held.Task;
            }
        }

        if (held is not null)
        {
            await held.ConfigureAwait(false);
        }

        ThrowIfWritesFail();
        _batch.Add((kind, message.ToArray()));
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        ThrowIfWritesFail();
        Task? full = null;
        lock (_gate)
        {
            if (_isFull)
            {
                _flush = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                full = _flush.Task;
            }
        }

        if (full is not null)
        {
            await full.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        ThrowIfWritesFail();
        lock (_gate)
        {
            _sent.AddRange(_batch);
        }

        _batch.Clear();
    }

    public ValueTask CloseAsync(string reason)
    {
        FailReads(new TransportException(TransportFailure.Closed, "the far side answered the goodbye"));
        return default;
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return default;
    }

    public List<(MessageKind Kind, byte[] Bytes)> TakeSent()
    {
        lock (_gate)
        {
            var sent = _sent;
            _sent = [];
            return sent;
        }
    }

    public void Receive(byte[] message)
    {
        lock (_gate)
        {
            _incoming.Enqueue(message);
        }

        WakeReceiver();
    }

    /// <summary>The far side is gone and nobody says so.</summary>
    public void Cut()
    {
        IsCut = true;
        Release();
    }

    /// <summary>The next write is under way until <see cref="Release"/>: its bytes may not change meanwhile.</summary>
    public void HoldNextWrite()
    {
        lock (_gate)
        {
            _holdsNext = true;
        }
    }

    /// <summary>The write that was held is done.</summary>
    public void Release()
    {
        TaskCompletionSource? held;
        lock (_gate)
        {
            held = _held;
            _held = null;
            _holdsNext = false;
        }

        held?.SetResult();
    }

    public void FailReads(TransportException failure)
    {
        lock (_gate)
        {
            _readFailure ??= failure;
        }

        WakeReceiver();
    }

    public void FailWrites(TransportException failure) => Volatile.Write(ref _writeFailure, failure);

    /// <summary>The socket takes nothing more.</summary>
    public void Fill()
    {
        lock (_gate)
        {
            _isFull = true;
        }
    }

    public void BeSilentFor(TimeSpan time) => Volatile.Write(ref _silentTicks, time.Ticks);

    private void WakeReceiver()
    {
        TaskCompletionSource? receiver;
        lock (_gate)
        {
            receiver = _receiver;
            _receiver = null;
        }

        receiver?.SetResult();
    }

    private void ThrowIfWritesFail()
    {
        if (Volatile.Read(ref _writeFailure) is { } failure)
        {
            HasFailedWrite = true;
            throw failure;
        }
    }
}
