using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Emulator.Agent;

/// <summary>
/// The agent's end of a data channel: numbers and resends what it sends, orders and acknowledges what it receives.
/// </summary>
/// <remarks>
/// <code>
///   session work --SendAsync--> numbered, kept --> link --> gateway
///                                    ^  sent again every 100 ms, the oldest only
///   gateway --ReceiveAsync--> acknowledgements ---'
///                       '---> queue --> RunReceivingAsync: order, hand on, acknowledge
/// </code>
/// While publication is paused, because no client is there, messages are kept and not sent. Whoever runs the session awaits the three
/// Run methods.
/// </remarks>
internal sealed partial class AgentDataChannel : IDisposable
{
    /// <summary>Where the agent cuts its payloads.</summary>
    internal const int UsualPayloadSize = 1024;

    /// <summary>The largest payloads that are seen on the wire.</summary>
    internal const int MaxPayloadSize = 64 * 1024;

    /// <summary>A good size to read a session's output in; it is cut after that.</summary>
    internal const int ReadSize = 64 * 1024;

    /// <summary>The agent's own bounds, in messages of up to 1 KiB each, and no more memory when they are larger.</summary>
    private const int MaxUnacknowledged = 100_000;
    private const long MaxUnacknowledgedBytes = 128L * 1024 * 1024;
    private const int MaxEarlyMessages = 100_000;
    private const long MaxEarlyBytes = 128L * 1024 * 1024;

    /// <summary>Messages between the gateway and the receiving task: enough that neither waits for the other's every step.</summary>
    private const int ReceiveQueueCapacity = 256;

    private static readonly TimeSpan ResendInterval = TimeSpan.FromMilliseconds(100);

    private readonly string _sessionId;
    private readonly IAgentLink _link;
    private readonly int _payloadSize;
    private readonly ResendMode _resend;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _start;

    private readonly Lock _gate = new();
    private readonly AgentSendBuffer _unacknowledged = new(MaxUnacknowledged, MaxUnacknowledgedBytes);
    private readonly SemaphoreSlim _sendOrder = new(1, 1);
    private readonly Channel<bool> _published = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private bool _isPaused = true;
    private TimeSpan _publishedSince;
    private TaskCompletionSource? _acknowledged;

    internal AgentDataChannel(string sessionId, IAgentLink link, AgentOptions options, TimeProvider time, ILogger logger)
    {
        _sessionId = sessionId;
        _link = link;
        _payloadSize = options.PayloadSize;
        _resend = options.Resend;
        _time = time;
        _logger = logger;
        _start = time.GetTimestamp();
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>A client is there: what was kept is sent.</summary>
    internal void StartPublication()
    {
        lock (_gate)
        {
            _isPaused = false;
            _publishedSince = Now;
        }

        _published.Writer.TryWrite(true);
    }

    /// <summary>No client is there: messages are kept.</summary>
    internal void PausePublication()
    {
        lock (_gate)
        {
            _isPaused = true;
        }
    }

    /// <summary>Sends a payload as stream messages. Waits while too many are unacknowledged, or the client is slow to read.</summary>
    internal async ValueTask SendAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        while (!payload.IsEmpty)
        {
            Task? room;
            await _sendOrder.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                (payload, room) = await SendPartsAsync(type, payload, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _sendOrder.Release();
            }

            if (room is not null)
            {
                await room.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Tells the service how the session stands.</summary>
    /// <param name="state">One of <see cref="AgentSessionState"/>'s states.</param>
    /// <param name="cancellationToken">Gives up waiting for the link.</param>
    internal ValueTask SendStateAsync(string state, CancellationToken cancellationToken)
    {
        var payload = PayloadJson.Write(
            new AgentSessionState((int)ClientMessageLayout.SchemaVersion, state, _sessionId),
            PayloadJson.AgentSessionState);
        return SendAloneAsync(MessageType.AgentSessionState, payload, cancellationToken);
    }

    /// <summary>Waits until everything was acknowledged, but no longer than the time given.</summary>
    /// <returns>Whether it was.</returns>
    internal async Task<bool> FlushAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            while (IsAnythingUnacknowledged(out var acknowledgement))
            {
                await acknowledgement.WaitAsync(either.Token).ConfigureAwait(false);
            }

            return true;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Sends the oldest message again while it is not acknowledged.</summary>
    /// <exception cref="TimeoutException">It was not acknowledged for too long.</exception>
    internal async Task RunResendingAsync(TimeSpan giveUpAfter, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(ResendInterval, _time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var message in TakeOverdue(giveUpAfter))
            {
                await _link.SendAsync(MessageType.OutputStreamData, message, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private List<ReadOnlyMemory<byte>> TakeOverdue(TimeSpan giveUpAfter)
    {
        lock (_gate)
        {
            if (_isPaused)
            {
                return [];
            }

            if (_unacknowledged.HasGivenUp(Now, _publishedSince, giveUpAfter))
            {
                throw new TimeoutException($"The client has acknowledged nothing for {giveUpAfter}.");
            }

            if (_resend == ResendMode.All)
            {
                return _unacknowledged.TakeOverdue(Now);
            }

            return _unacknowledged.TryResend(Now, out var message) ? [message] : [];
        }
    }

    /// <summary>Sends what was kept, each time publication starts.</summary>
    internal async Task RunPublishingAsync(CancellationToken cancellationToken)
    {
        await foreach (var _ in _published.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            await _sendOrder.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                while (TryTakeUnsent(out var message))
                {
                    await _link.SendAsync(MessageType.OutputStreamData, message, cancellationToken).ConfigureAwait(false);
                }
            }
            finally
            {
                _sendOrder.Release();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sendOrder.Dispose();

    /// <summary>Sends what there is room for; what is left, and what to wait for. Called in the sender's turn.</summary>
    private async ValueTask<(ReadOnlyMemory<byte> Left, Task? Room)> SendPartsAsync(
        PayloadType type,
        ReadOnlyMemory<byte> payload,
        CancellationToken cancellationToken)
    {
        while (!payload.IsEmpty)
        {
            bool isToSend;
            ReadOnlyMemory<byte> message = default;
            lock (_gate)
            {
                if (!_unacknowledged.HasRoom)
                {
                    return (payload, NextAcknowledgementAsync());
                }

                // What waits for publication goes first.
                var part = payload[..Math.Min(_payloadSize, payload.Length)];
                payload = payload[part.Length..];
                var isInTurn = !_isPaused && !_unacknowledged.HasUnsent;
                _unacknowledged.Add(WriteStreamMessage(type, part.Span, _unacknowledged.NextSequenceNumber));
                isToSend = isInTurn && _unacknowledged.TrySendNext(Now, out message);
            }

            if (isToSend)
            {
                await _link.SendAsync(MessageType.OutputStreamData, message, cancellationToken).ConfigureAwait(false);
            }
        }

        return (payload, null);
    }

    private bool TryTakeUnsent(out ReadOnlyMemory<byte> message)
    {
        lock (_gate)
        {
            message = default;
            return !_isPaused && _unacknowledged.TrySendNext(Now, out message);
        }
    }

    private ReadOnlyMemory<byte> WriteStreamMessage(PayloadType type, ReadOnlySpan<byte> payload, long sequenceNumber)
    {
        var flags = sequenceNumber == 0 ? MessageFlags.Syn : MessageFlags.None;
        return Write(new ClientMessageHeader(MessageType.OutputStreamData, sequenceNumber, flags, Guid.NewGuid(), CreatedNow(), type), payload);
    }

    private ValueTask SendAloneAsync(MessageType messageType, ReadOnlySpan<byte> payload, CancellationToken cancellationToken)
    {
        var header = new ClientMessageHeader(messageType, 0, MessageFlags.SynFin, Guid.NewGuid(), CreatedNow(), PayloadType.None);
        return _link.SendAsync(messageType, Write(header, payload), cancellationToken);
    }

    private static ReadOnlyMemory<byte> Write(in ClientMessageHeader header, ReadOnlySpan<byte> payload)
    {
        var message = new byte[ClientMessageWriter.MessageSize(payload.Length)];
        ClientMessageWriter.Write(message, header, payload);
        return message;
    }

    private ulong CreatedNow() => (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds();

    private bool IsAnythingUnacknowledged([NotNullWhen(true)] out Task? acknowledgement)
    {
        lock (_gate)
        {
            acknowledgement = _unacknowledged.IsEmpty ? null : NextAcknowledgementAsync();
            return acknowledgement is not null;
        }
    }

    /// <summary>Completes with the next acknowledgement. Called within the gate.</summary>
    private Task NextAcknowledgementAsync() =>
        (_acknowledged ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
}
