using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Core.Errors;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Core.Sessions;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Protocol.Payloads;
using SessionManagerPlugin.Protocol.Reliability;

namespace SessionManagerPlugin.Core.DataChannels;

/// <summary>
/// The data channel: streams of payloads each way, in order, without loss and without doubles, over a connection that is allowed to
/// lose, double and mix up its messages.
/// </summary>
/// <remarks>
/// <code>
///   session --Send--> [send window] --\                        /--> [reorder buffer] --> [payload pipe] --Read--> session
///                                      sending task   receiving task
///                  [acknowledgements] --/  |                ^  \--> acknowledgements, window
///                                          v                |
///                                         transport (one WebSocket)
/// </code>
/// Two tasks, both owned by <see cref="RunAsync"/>: the sending task alone writes to the transport, the receiving task alone reads from
/// it and owns the reorder buffer. The send window is shared under a lock that is never held across an await. This file holds the
/// channel's life; the other parts hold sending, receiving and the handshake.
/// </remarks>
internal sealed partial class DataChannel
{
    private const string Goodbye = "session ended";

    private readonly SessionDescription _session;
    private readonly DataChannelOptions _options;
    private readonly IMessageTransport _transport;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _epoch;

    /// <summary>A channel over a connection that was just made. The transport stays the caller's, who also closes it.</summary>
    public DataChannel(
        SessionDescription session, DataChannelOptions options, IMessageTransport transport, TimeProvider time, ILogger logger)
    {
        _session = session;
        _options = options;
        _transport = transport;
        _time = time;
        _logger = logger;
        _epoch = time.GetTimestamp();
        _window = new SendWindow<OutgoingMessage>(options.SendWindowMessages, options.SendWindowBytes, options.GiveUpAfter);
        _reserve = Math.Min(MaxReservedMessages, options.SendWindowMessages - 1);
        _pool = new OutgoingMessagePool(options.PayloadSize);
        _reorder = new ReorderBuffer<EarlyMessage>(options.ReorderMessages, options.ReorderBytes);
        _received = new PayloadPipe(options.ReceiveBufferBytes);
    }

    /// <summary>
    /// Completes when it is known what the session is: after the handshake, or with the first output of an agent that performs none.
    /// It is cancelled when the channel ends before.
    /// </summary>
    public Task<SessionStart> Started => _started.Task;

    /// <summary>The received payloads, in order. They end with the channel.</summary>
    public PayloadPipe Received => _received;

    private TimeSpan Now => _time.GetElapsedTime(_epoch);

    /// <summary>Opens the channel and runs it until the service closes it. On every way out it says goodbye to the service.</summary>
    /// <returns>What the service said as it closed the channel.</returns>
    /// <exception cref="SessionException">The channel ended in any other way.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<ChannelClosed> RunAsync(CancellationToken cancellationToken)
    {
        using var stopSending = new CancellationTokenSource();
        using var stopReceiving = new CancellationTokenSource();
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), cancelled);
        await using (registration.ConfigureAwait(false))
        {
            try
            {
                await OpenOrSayGoodbyeAsync(cancellationToken).ConfigureAwait(false);
                var receiving = ReceiveLoopAsync(stopReceiving.Token);
                var sending = SendLoopAsync(stopSending.Token);
                try
                {
                    return await EndOfAsync(receiving, sending, cancelled.Task).ConfigureAwait(false);
                }
                finally
                {
                    await stopSending.CancelAsync().ConfigureAwait(false);
                    await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    await SayGoodbyeAsync(receiving, stopReceiving).ConfigureAwait(false);
                }
            }
            catch (TransportException e)
            {
                throw HandshakeRefusal ?? Failed(e);
            }
            finally
            {
                _received.Complete();
                _started.TrySetCanceled(CancellationToken.None);
            }
        }
    }

    /// <summary>Waits for the first thing that ends the channel, and gives or throws it.</summary>
    private async Task<ChannelClosed> EndOfAsync(Task<ChannelClosed> receiving, Task sending, Task cancelled)
    {
        var first = await Task.WhenAny(receiving, sending, cancelled).ConfigureAwait(false);
        if (first == sending && sending.Exception?.InnerException is TransportException)
        {
            // The service says why it closes and hangs up: a write can fail on the way to reading it. The reader has the last word.
            await WaitAtMostAsync(Task.WhenAny(receiving, cancelled), _options.RefusalGrace).ConfigureAwait(false);
            first = receiving.IsCompleted ? receiving : cancelled.IsCompleted ? cancelled : sending;
        }

        await first.ConfigureAwait(false);
        return await receiving.ConfigureAwait(false);
    }

    /// <summary>
    /// Closes the connection and ends the receiving task. It is given the time to hear the answer: to cancel a receive is to abort the
    /// connection, and with it what is still on its way.
    /// </summary>
    private async Task SayGoodbyeAsync(Task receiving, CancellationTokenSource stopReceiving)
    {
        await _transport.CloseAsync(Goodbye).ConfigureAwait(false);
        await WaitAtMostAsync(receiving, _options.GoodbyeGrace).ConfigureAwait(false);
        await stopReceiving.CancelAsync().ConfigureAwait(false);
        await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WaitAtMostAsync(Task task, TimeSpan limit)
    {
        if (task.IsCompleted)
        {
            return;
        }

        using var stop = new CancellationTokenSource();
        var patience = Task.Delay(limit, _time, stop.Token);
        _ = await Task.WhenAny(task, patience).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await patience.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task OpenOrSayGoodbyeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await _transport.CloseAsync(Goodbye).ConfigureAwait(false);
            throw;
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        var opening = new OpenDataChannel(
            OpenDataChannel.CurrentSchemaVersion,
            Guid.NewGuid().ToString(),
            _session.TokenValue,
            _session.ClientId,
            _options.ClientVersion);
        await _transport.WriteAsync(PayloadJson.Write(opening, PayloadJson.OpenDataChannel), MessageKind.Text).ConfigureAwait(false);
        await _transport.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static SessionException Failed(TransportException e) => e.Failure switch
    {
        TransportFailure.Refused => new SessionException(
            SessionErrorReason.TokenRefused,
            $"The service did not accept the session: {e.Message}. Start a new session; a token is good for a short time and for one use.",
            e),
        TransportFailure.MessageTooLarge => new SessionException(SessionErrorReason.ProtocolViolation, $"{e.Message}.", e),
        _ => new SessionException(
            SessionErrorReason.ConnectionLost, $"{e.Message}. The session was cut off; start a new one.", e),
    };
}
