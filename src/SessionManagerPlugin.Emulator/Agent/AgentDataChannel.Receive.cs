using System.Threading.Channels;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;
using SessionManagerPlugin.Protocol.Reliability;

namespace SessionManagerPlugin.Emulator.Agent;

/// <summary>The receiving half: order, handing on, acknowledging.</summary>
internal sealed partial class AgentDataChannel
{
    private readonly Channel<ReceivedMessage> _received = Channel.CreateBounded<ReceivedMessage>(
        new BoundedChannelOptions(ReceiveQueueCapacity) { SingleReader = true });

    private readonly ReorderBuffer<ReceivedMessage> _early = new(MaxEarlyMessages, MaxEarlyBytes);
    private readonly TaskCompletionSource<HandshakeResponse> _handshakeResponse =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource<IInputHandler> _handler = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isHandshakeUnderWay;

    /// <summary>The client's answer to the handshake request.</summary>
    internal Task<HandshakeResponse> HandshakeResponse => _handshakeResponse.Task;

    /// <summary>From here on the client's stream is ignored, its handshake response apart.</summary>
    internal void BeginHandshake() => _isHandshakeUnderWay = true;

    /// <summary>From here on the client's stream is for the session.</summary>
    internal void EndHandshake() => _isHandshakeUnderWay = false;

    /// <summary>Says who takes the client's stream. Before, messages are neither taken nor acknowledged: they come again.</summary>
    internal void SetHandler(IInputHandler handler) => _handler.SetResult(handler);

    /// <summary>Takes a message from the gateway. Waits while the session is slow to take its input.</summary>
    internal ValueTask ReceiveAsync(ReceivedMessage message, CancellationToken cancellationToken)
    {
        switch (message.Header.MessageType)
        {
            case MessageType.Acknowledge:
                // Not by way of the queue: input that waits must not keep output from being sent.
                ReceiveAcknowledgement(message);
                return ValueTask.CompletedTask;

            case MessageType.InputStreamData:
                return _received.Writer.WriteAsync(message, cancellationToken);

            default:
                _logger.UnexpectedMessage(_sessionId, message.Header.MessageType);
                return ValueTask.CompletedTask;
        }
    }

    /// <summary>Puts the client's stream in order, hands it on and acknowledges it.</summary>
    internal async Task RunReceivingAsync(CancellationToken cancellationToken)
    {
        await foreach (var message in _received.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            await ReceiveStreamMessageAsync(message, cancellationToken).ConfigureAwait(false);
        }
    }

    private void ReceiveAcknowledgement(ReceivedMessage message)
    {
        if (!Acknowledgement.TryRead(message.Payload.Span, out var acknowledgement))
        {
            _logger.MalformedPayload(_sessionId, "acknowledgement", "not the JSON expected");
            return;
        }

        TaskCompletionSource? waiting;
        lock (_gate)
        {
            if (!_unacknowledged.Acknowledge(acknowledgement.SequenceNumber, Now))
            {
                return;
            }

            waiting = _acknowledged;
            _acknowledged = null;
        }

        waiting?.SetResult();
    }

    private async Task ReceiveStreamMessageAsync(ReceivedMessage message, CancellationToken cancellationToken)
    {
        var sequenceNumber = message.Header.SequenceNumber;
        switch (_early.Decide(sequenceNumber, message.Payload.Length))
        {
            case ReorderDecision.Deliver:
                if (await TryDeliverAsync(message, cancellationToken).ConfigureAwait(false))
                {
                    await AcknowledgeAsync(message, cancellationToken).ConfigureAwait(false);
                    _ = _early.Advance();
                    await DeliverEarlyAsync(cancellationToken).ConfigureAwait(false);
                }

                break;

            case ReorderDecision.Buffered:
                _early.Add(sequenceNumber, message, message.Payload.Length);
                await AcknowledgeAsync(message, cancellationToken).ConfigureAwait(false);
                break;

            case ReorderDecision.Duplicate:
                _logger.Duplicate(_sessionId, sequenceNumber);
                await AcknowledgeAsync(message, cancellationToken).ConfigureAwait(false);
                break;

            case ReorderDecision.NoRoom:
                break;
        }
    }

    private async Task DeliverEarlyAsync(CancellationToken cancellationToken)
    {
        while (_early.TryPeekNext(out var next))
        {
            if (!_isHandshakeUnderWay)
            {
                // It was acknowledged when it came, so it will not come again: it waits here for the handler.
                await _handler.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            await TryDeliverAsync(next, cancellationToken).ConfigureAwait(false);
            _ = _early.Advance();
        }
    }

    /// <summary>Hands a message on; false when it is to come again.</summary>
    private async ValueTask<bool> TryDeliverAsync(ReceivedMessage message, CancellationToken cancellationToken)
    {
        if (message.Header.PayloadType == PayloadType.HandshakeResponse)
        {
            return TryTakeHandshakeResponse(message);
        }

        if (_isHandshakeUnderWay)
        {
            // The real agent acknowledges such a message and forgets it: a client may not send before the handshake's end.
            _logger.InputDuringHandshake(_sessionId, message.Header.SequenceNumber);
            return true;
        }

        if (!_handler.Task.IsCompletedSuccessfully)
        {
            return false;
        }

        var handler = await _handler.Task.ConfigureAwait(false);
        try
        {
            await handler.HandleAsync(message.Header.PayloadType, message.Payload, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            _logger.InputRefused(_sessionId, message.Header.SequenceNumber, e.Message);
            return false;
        }
    }

    private bool TryTakeHandshakeResponse(ReceivedMessage message)
    {
        if (!PayloadJson.TryRead(message.Payload.Span, PayloadJson.HandshakeResponse, out var response, out var error))
        {
            _logger.MalformedPayload(_sessionId, "handshake response", error);
            return false;
        }

        _handshakeResponse.TrySetResult(response);
        return true;
    }

    private ValueTask AcknowledgeAsync(ReceivedMessage message, CancellationToken cancellationToken)
    {
        var acknowledgement = new Acknowledgement(
            message.Header.MessageType,
            message.Header.MessageId,
            message.Header.SequenceNumber);
        Span<byte> payload = stackalloc byte[Acknowledgement.MaxSize];
        var size = acknowledgement.Write(payload);
        return SendAloneAsync(MessageType.Acknowledge, payload[..size], cancellationToken);
    }
}
