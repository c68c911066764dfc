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
/// The sending task alone writes to the transport, the receiving task alone reads from it and owns the reorder buffer; they live as long
/// as one connection. What makes the streams whole lives as long as the channel: the window, the reorder buffer, the pipe. The window is
/// shared under a lock that is never held across an await. This file holds the channel's life over all its connections; the other parts
/// hold one connection's life, sending, receiving, the watch over the connection, and the handshake.
/// </remarks>
internal sealed partial class DataChannel
{
    private readonly SessionDescription _session;
    private readonly DataChannelOptions _options;
    private readonly IConnectionResumer? _resumer;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _epoch;
    private IMessageTransport _transport;
    private string _token;

    /// <summary>A channel over a connection that was just made.</summary>
    /// <param name="session">The session.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="transport">The connection. It is the channel's from now on.</param>
    /// <param name="resumer">Makes the next connection when one is lost; null when a lost connection is the session's end.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears what happens.</param>
    public DataChannel(
        SessionDescription session,
        DataChannelOptions options,
        IMessageTransport transport,
        IConnectionResumer? resumer,
        TimeProvider time,
        ILogger logger)
    {
        _session = session;
        _options = options;
        _transport = transport;
        _token = session.TokenValue;
        _resumer = resumer;
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

    /// <summary>
    /// Opens the channel and runs it until the service closes it, over as many connections as it takes. On every way out it says goodbye
    /// to the service.
    /// </summary>
    /// <returns>What the service said as it closed the channel; null when it had ended the session while there was no connection.</returns>
    /// <exception cref="SessionException">The channel ended in any other way.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<ChannelClosed?> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var began = Now;
                try
                {
                    return await RunConnectionAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (TransportException e)
                {
                    if (HandshakeRefusal is { } refusal)
                    {
                        throw refusal;
                    }

                    if (!await ResumeAsync(e, began, cancellationToken).ConfigureAwait(false))
                    {
                        return null;
                    }
                }
            }
        }
        finally
        {
            // The session first: it waits for nothing that the connection still does.
            _received.Complete();
            _started.TrySetCanceled(CancellationToken.None);
            await _transport.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Makes a new connection and gets everything ready that is to be sent again. False when the session is over.</summary>
    private async Task<bool> ResumeAsync(TransportException lost, TimeSpan began, CancellationToken cancellationToken)
    {
        // A session of which nothing was ever heard is not lost, it never was: the first failure says more than a second one.
        if (_resumer is null || !_hasEverHeard || lost.Failure == TransportFailure.MessageTooLarge)
        {
            throw Failed(lost);
        }

        await _transport.DisposeAsync().ConfigureAwait(false);

        // A connection that proved itself starts the patience anew; one that broke at once goes on with what is left of it.
        var wasSound = _hasHeard || Now - began >= _options.SoundAfter;
        var resumed = await _resumer.ResumeAsync(lost.Message, wasSound, cancellationToken).ConfigureAwait(false);
        if (resumed is null)
        {
            return false;
        }

        _transport = resumed.Transport;
        _token = resumed.TokenValue;
        _hasHeard = false;
        Volatile.Write(ref _listeningSince, Now.Ticks);
        RenewHandshakeWait();
        lock (_gate)
        {
            _window.Rewind(Now);
        }

        return true;
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
