using System.Runtime.CompilerServices;
using SessionManagerPlugin.Core.Diagnostics;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;
using SessionManagerPlugin.Protocol.Reliability;

namespace SessionManagerPlugin.Core.DataChannels;

/// <summary>The way up: from the transport through the reorder buffer to the session.</summary>
internal sealed partial class DataChannel
{
    private readonly ReorderBuffer<EarlyMessage> _reorder;
    private readonly EarlyMessagePool _earlyMessages = new();
    private readonly PayloadPipe _received;

    // In ticks of Now: since when the connection is read without waiting for the session; the largest value while it is not read.
    private long _listeningSince;

    // How many bytes of the expected message's payload the session already has.
    private int _delivered;

    // Whether a message came on the connection of now.
    private volatile bool _hasHeard;

    // Whether one came on any connection.
    private volatile bool _hasEverHeard;

    /// <summary>The receiving task. It ends when the service closes the channel, with the token, or with a failure.</summary>
    private async Task<ChannelClosed> ReceiveLoopAsync(CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(static state => ((PayloadPipe)state!).WakeWriter(), _received);
        await using (registration.ConfigureAwait(false))
        {
            // What came early and was acknowledged on an earlier connection may be waiting for the rest of its turn.
            await DeliverEarlyAsync(cancellationToken).ConfigureAwait(false);
            while (true)
            {
                var message = await _transport.ReceiveAsync(cancellationToken).ConfigureAwait(false);
                if (!TryReadMessage(message.Span, out var header, out var payloadLength))
                {
                    continue;
                }

                _hasHeard = true;
                _hasEverHeard = true;

                // The payload always reaches to the end of the message.
                var payload = message[^payloadLength..];
                switch (header.MessageType)
                {
                    case MessageType.OutputStreamData:
                        await TakeStreamMessageAsync(header, payload, cancellationToken).ConfigureAwait(false);
                        break;
                    case MessageType.Acknowledge:
                        TakeAcknowledgement(payload.Span);
                        break;
                    case MessageType.ChannelClosed:
                        ThrowIfHandshakeRefused();
                        return TakeChannelClosed(payload.Span);
                    case MessageType.StartPublication or MessageType.PausePublication:
                        // Neither stops us: an agent leaves its pause only when something arrives, and may never say that it has.
                        Log.PublicationMessage(_logger, header.MessageType);
                        break;
                    default:
                        Log.UnexpectedMessage(_logger, header.MessageType);
                        break;
                }
            }
        }
    }

    private bool TryReadMessage(ReadOnlySpan<byte> bytes, out ClientMessageHeader header, out int payloadLength)
    {
        var error = ClientMessageReader.Read(bytes, out var message);
        if (error != ClientMessageError.None)
        {
            // What was damaged on the way is not acknowledged, so it comes again.
            Log.MalformedMessage(_logger, bytes.Length, error);
            header = default;
            payloadLength = 0;
            return false;
        }

        header = message.Header;
        payloadLength = message.Payload.Length;
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TakeStreamMessageAsync(
        ClientMessageHeader header, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        switch (_reorder.Decide(header.SequenceNumber, payload.Length))
        {
            case ReorderDecision.Deliver:
                await DeliverAsync(header.PayloadType, payload, cancellationToken).ConfigureAwait(false);
                Acknowledge(header);
                Advance();
                await DeliverEarlyAsync(cancellationToken).ConfigureAwait(false);
                break;
            case ReorderDecision.Buffered:
                Log.CameEarly(_logger, header.SequenceNumber, _reorder.Expected);
                _reorder.Add(header.SequenceNumber, _earlyMessages.CopyOf(header.PayloadType, payload.Span), payload.Length);
                Acknowledge(header);
                break;
            case ReorderDecision.Duplicate:
                Log.CameAgain(_logger, header.SequenceNumber);
                Acknowledge(header);
                break;
            default:
                Log.NoRoomForEarly(_logger, header.SequenceNumber, _reorder.Expected);
                break;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask DeliverEarlyAsync(CancellationToken cancellationToken)
    {
        while (_reorder.TryPeekNext(out var early))
        {
            await DeliverAsync(early.PayloadType, early.Payload, cancellationToken).ConfigureAwait(false);
            Advance();
        }
    }

    private void Advance()
    {
        _delivered = 0;
        _earlyMessages.Return(_reorder.Advance());
    }

    /// <summary>
    /// Processes the next payload in order. It waits while the session has no room: then the connection is not read. When the connection
    /// ends meanwhile, the message comes again, and what the session already has of it is left out.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask DeliverAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        switch (type)
        {
            case PayloadType.HandshakeRequest:
                TakeHandshakeRequest(payload.Span);
                return;
            case PayloadType.HandshakeComplete:
                TakeHandshakeComplete(payload.Span);
                return;
            case PayloadType.Output or PayloadType.Error or PayloadType.StandardError or PayloadType.ExitCode:
                StartWithoutHandshake();
                break;
            default:
                Log.UnexpectedPayload(_logger, type, payload.Length);
                return;
        }

        Write(type, payload);
        if (_delivered < payload.Length)
        {
            await DeliverRestAsync(type, payload, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Write(PayloadType type, ReadOnlyMemory<byte> payload) =>
        _delivered += _received.Write(type, payload.Span[Math.Min(_delivered, payload.Length)..]);

    /// <summary>Meanwhile the agent's acknowledgements lie unread, which is not to be taken for its silence.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask DeliverRestAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _listeningSince, long.MaxValue);
        while (_delivered < payload.Length)
        {
            await _received.WaitForRoomAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            Write(type, payload);
        }

        Volatile.Write(ref _listeningSince, Now.Ticks);
    }

    /// <summary>Whether an agent that answers would have been heard: the connection has been read for as long as it may be silent.</summary>
    private bool HasListenedLongEnough(TimeSpan now)
    {
        var since = Volatile.Read(ref _listeningSince);
        return since <= now.Ticks && now.Ticks - since >= _options.GiveUpAfter.Ticks;
    }

    private void Acknowledge(in ClientMessageHeader header)
    {
        if (!_acknowledgements.TryEnqueue(new Acknowledgement(header.MessageType, header.MessageId, header.SequenceNumber)))
        {
            Log.AcknowledgementLeftOut(_logger, header.SequenceNumber);
        }

        _hasWork.Set();
    }

    private void TakeAcknowledgement(ReadOnlySpan<byte> payload)
    {
        if (!Acknowledgement.TryRead(payload, out var acknowledgement))
        {
            Log.MalformedAcknowledgement(_logger, payload.Length);
            return;
        }

        bool hasMoreToSend;
        lock (_gate)
        {
            if (!_window.Acknowledge(acknowledgement.SequenceNumber, Now, out var message))
            {
                return;
            }

            _acknowledged.Enqueue(message);
            hasMoreToSend = !_window.IsEmpty;
        }

        _hasRoom.Set();
        if (hasMoreToSend)
        {
            _hasWork.Set();
        }
    }

    private ChannelClosed TakeChannelClosed(ReadOnlySpan<byte> payload)
    {
        // Whatever it says, the channel is closed.
        if (!PayloadJson.TryRead(payload, PayloadJson.ChannelClosed, out var closed, out var error))
        {
            Log.MalformedChannelClosed(_logger, error);
            closed = new ChannelClosed();
        }

        Log.ChannelClosed(_logger, Printable.OneLine(closed.Output ?? ""));
        return closed;
    }
}
