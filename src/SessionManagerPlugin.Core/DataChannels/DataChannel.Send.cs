using System.Runtime.CompilerServices;
using SessionManagerPlugin.Core.Diagnostics;
using SessionManagerPlugin.Core.Errors;
using SessionManagerPlugin.Core.Threading;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;
using SessionManagerPlugin.Protocol.Reliability;

namespace SessionManagerPlugin.Core.DataChannels;

/// <summary>The way down: from the session through the send window to the transport.</summary>
internal sealed partial class DataChannel
{
    // As much as a socket's send buffer takes at once; above it a larger batch saves nothing.
    private const int MaxBatchBytes = 64 * 1024;

    // Places in the window that data leaves free for what must not wait behind it: sizes, control keys, the handshake. A small
    // window keeps one place for data, which would otherwise never find any.
    private const int MaxReservedMessages = 16;

    private readonly Lock _gate = new();
    private readonly SendWindow<OutgoingMessage> _window;
    private readonly int _reserve;
    private readonly OutgoingMessagePool _pool;

    // Acknowledged, but perhaps just being written once more: only the sending task knows, so only it puts them back into the pool.
    private readonly Queue<OutgoingMessage> _acknowledged = new();
    private readonly AcknowledgementQueue _acknowledgements = new();
    private readonly AsyncSignal _hasWork = new();
    private readonly AsyncSignal _hasRoom = new();
    private readonly byte[] _acknowledgementBuffer = new byte[ClientMessageWriter.MessageSize(Acknowledgement.MaxSize)];

    /// <summary>A message to put a payload into, for <see cref="SendAsync"/>. Any task may call.</summary>
    public OutgoingMessage Rent()
    {
        lock (_gate)
        {
            return _pool.Rent(_options.PayloadSize);
        }
    }

    /// <summary>
    /// Sends session data. It completes when the window has taken it, and waits while the window is full: that is when the source is
    /// not read. One call at a time.
    /// </summary>
    /// <param name="payloadType">The payload's type.</param>
    /// <param name="message">From <see cref="Rent"/>, with the payload in it. It is the channel's from now on.</param>
    /// <param name="payloadLength">How much of it is payload, at least 1.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(
        PayloadType payloadType, OutgoingMessage message, int payloadLength, CancellationToken cancellationToken)
    {
        while (!TryAdd(payloadType, message, payloadLength, _reserve))
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Not by "await using", whose ConfigureAwait puts the registration on the heap.
            var registration = cancellationToken.UnsafeRegister(static state => ((AsyncSignal)state!).Set(), _hasRoom);
            try
            {
                await _hasRoom.WaitAsync().ConfigureAwait(false);
            }
            finally
            {
                await registration.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Sends a small message that does not wait behind data: a size, a control key. False when even the reserve is in use; any task may
    /// call.
    /// </summary>
    public bool TrySend(PayloadType payloadType, ReadOnlySpan<byte> payload)
    {
        OutgoingMessage message;
        lock (_gate)
        {
            message = _pool.Rent(payload.Length);
        }

        payload.CopyTo(message.Payload.Span);
        if (TryAdd(payloadType, message, payload.Length, reserve: 0))
        {
            return true;
        }

        lock (_gate)
        {
            _pool.Return(message);
        }

        return false;
    }

    private bool TryAdd(PayloadType payloadType, OutgoingMessage message, int payloadLength, int reserve)
    {
        lock (_gate)
        {
            var size = ClientMessageWriter.MessageSize(payloadLength);
            if (!_window.HasRoom(size) || _window.Count + reserve >= _options.SendWindowMessages)
            {
                return false;
            }

            var header = NewHeader(MessageType.InputStreamData, _window.NextSequenceNumber, MessageFlags.None, payloadType);
            message.Complete(header, payloadLength);
            _window.Add(message, size);
        }

        _hasWork.Set();
        return true;
    }

    private ClientMessageHeader NewHeader(MessageType type, long sequenceNumber, MessageFlags flags, PayloadType payloadType) =>
        new(type, sequenceNumber, flags, Guid.NewGuid(), (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds(), payloadType);

    /// <summary>The sending task. It ends with the token, or with a failure.</summary>
    private async Task SendLoopAsync(CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(static state => ((AsyncSignal)state!).Set(), _hasWork);
        await using (registration.ConfigureAwait(false))
        {
            var timer = _time.CreateTimer(
                static state => ((AsyncSignal)state!).Set(), _hasWork, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            await using (timer.ConfigureAwait(false))
            {
                while (true)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (await WriteBatchAsync().ConfigureAwait(false))
                    {
                        await _transport.FlushAsync(cancellationToken).ConfigureAwait(false);
                        continue;
                    }

                    ThrowIfOverdue(Now);
                    timer.Change(UntilNextDue(), Timeout.InfiniteTimeSpan);
                    await _hasWork.WaitAsync().ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Writes what is to be sent: acknowledgements, then what is overdue, then what is new. False when there is nothing.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WriteBatchAsync()
    {
        var bytes = 0;
        while (bytes < MaxBatchBytes && _acknowledgements.TryDequeue(out var acknowledgement))
        {
            var message = WriteAcknowledgement(acknowledgement);
            bytes += message.Length;
            await _transport.WriteAsync(message, MessageKind.Binary).ConfigureAwait(false);
        }

        RecycleAcknowledged();
        while (bytes < MaxBatchBytes && TryTakeMessage(out var message))
        {
            bytes += message.Length;
            await _transport.WriteAsync(message, MessageKind.Binary).ConfigureAwait(false);
        }

        return bytes > 0;
    }

    private ReadOnlyMemory<byte> WriteAcknowledgement(in Acknowledgement acknowledgement)
    {
        var message = _acknowledgementBuffer.AsSpan();
        var length = acknowledgement.Write(message[ClientMessageLayout.PayloadOffset..]);
        var size = ClientMessageWriter.MessageSize(length);
        ClientMessageWriter.WriteHeader(
            message[..size], NewHeader(MessageType.Acknowledge, 0, MessageFlags.SynFin, PayloadType.None));
        return _acknowledgementBuffer.AsMemory(0, size);
    }

    /// <summary>At the start of a batch the sending task holds no message, so the acknowledged ones can be used again.</summary>
    private void RecycleAcknowledged()
    {
        lock (_gate)
        {
            while (_acknowledged.TryDequeue(out var message))
            {
                _pool.Return(message);
            }
        }
    }

    private bool TryTakeMessage(out ReadOnlyMemory<byte> bytes)
    {
        OutgoingMessage? message;
        lock (_gate)
        {
            var now = Now;
            if (_window.TryResendNext(now, out message, out var sequenceNumber))
            {
                Log.Resent(_logger, sequenceNumber, _window.RoundTrip.RetransmissionTimeout.TotalMilliseconds);
            }
            else if (!_window.TrySendNext(now, out message))
            {
                bytes = default;
                return false;
            }
        }

        bytes = message.Bytes;
        return true;
    }

    private void ThrowIfOverdue(TimeSpan now)
    {
        lock (_gate)
        {
            if (_window.HasGivenUp(now) && HasListenedLongEnough(now))
            {
                throw new SessionException(
                    SessionErrorReason.AgentUnresponsive,
                    $"The agent has not acknowledged anything for {_options.GiveUpAfter.TotalMinutes:0.#} minutes. The session was given up.");
            }
        }

        ThrowIfHandshakeOverdue(now);
    }

    /// <summary>How long the sending task may sleep when nobody wakes it.</summary>
    private TimeSpan UntilNextDue()
    {
        TimeSpan? due;
        lock (_gate)
        {
            due = _window.NextDue();
        }

        if (HandshakeDue is { } handshakeDue && (due is null || handshakeDue < due))
        {
            due = handshakeDue;
        }

        if (due is not { } next)
        {
            return Timeout.InfiniteTimeSpan;
        }

        // Rounded up: a timer that fires early would find nothing due and come back.
        var wait = next - Now;
        return wait <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
    }
}
