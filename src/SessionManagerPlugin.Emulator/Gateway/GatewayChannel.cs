using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Emulator.Agent;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Emulator.Gateway;

/// <summary>
/// A session's data channel in the gateway: one client at a time on one side, the agent on the other. It outlives its clients.
/// </summary>
internal sealed class GatewayChannel : IAgentLink, IDisposable
{
    private readonly string _sessionId;
    private readonly TimeSpan _sessionTimeout;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _abandoned;
    private readonly TaskCompletionSource _clientTold = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private ChannelToken _token = ChannelToken.Create();
    private ClientConnection? _client;
    private AgentDataChannel? _agent;
    private byte[]? _channelClosed;

    /// <summary>Opens the channel.</summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="sessionTimeout">How long it lives without a client.</param>
    /// <param name="onAbandoned">Called when it has been without a client for so long.</param>
    /// <param name="time">The time.</param>
    /// <param name="logger">The log.</param>
    internal GatewayChannel(string sessionId, TimeSpan sessionTimeout, Action onAbandoned, TimeProvider time, ILogger logger)
    {
        _sessionId = sessionId;
        _sessionTimeout = sessionTimeout;
        _time = time;
        _logger = logger;
        _abandoned = time.CreateTimer(
            _ =>
            {
                logger.SessionAbandoned(sessionId, sessionTimeout);
                onAbandoned();
            },
            state: null,
            sessionTimeout,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>The token that opens the channel.</summary>
    internal string Token
    {
        get
        {
            lock (_gate)
            {
                return _token.Value;
            }
        }
    }

    /// <summary>Makes a new token; the old one opens nothing any more.</summary>
    internal string RenewToken()
    {
        lock (_gate)
        {
            _token = ChannelToken.Create();
            return _token.Value;
        }
    }

    /// <summary>Completes when a client has been sent the end of the session.</summary>
    internal Task ClientTold => _clientTold.Task;

    /// <summary>Whether a client may open the channel.</summary>
    internal bool IsToken(string text)
    {
        lock (_gate)
        {
            return _token.Matches(text);
        }
    }

    /// <summary>Connects the agent's side. Once, before any client.</summary>
    internal void Attach(AgentDataChannel agent) => _agent = agent;

    /// <summary>Serves a client that has shown its token, until its connection ends. It takes the place of the client before.</summary>
    internal async Task ServeAsync(ClientConnection client, CancellationToken cancellationToken)
    {
        Enter(client);
        var reason = await client.RunAsync(_agent!.ReceiveAsync, cancellationToken).ConfigureAwait(false);
        _logger.ClientDisconnected(_sessionId, reason);
        Leave(client);
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(MessageType type, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        if (type == MessageType.AgentSessionState)
        {
            ReceiveSessionState(message.Span);
            return ValueTask.CompletedTask;
        }

        ClientConnection? client;
        lock (_gate)
        {
            client = _client;
        }

        // Without a client the message is lost; the agent keeps it and sends it again.
        return client?.SendAsync(message, cancellationToken) ?? ValueTask.CompletedTask;
    }

    /// <summary>Ends the channel and tells its client. The first call counts.</summary>
    /// <param name="output">What the user is told; empty at a normal end.</param>
    internal void Close(string output)
    {
        lock (_gate)
        {
            if (_channelClosed is not null)
            {
                return;
            }

            _channelClosed = ServiceMessageWriter.ChannelClosed(_sessionId, output, _time.GetUtcNow());
            if (_client is not null)
            {
                Tell(_client, _channelClosed);
            }
        }

        _logger.SessionEnded(_sessionId, output);
    }

    /// <inheritdoc/>
    public void Dispose() => _abandoned.Dispose();

    private void Enter(ClientConnection client)
    {
        ClientConnection? replaced;
        lock (_gate)
        {
            if (_channelClosed is not null)
            {
                Tell(client, _channelClosed);
                return;
            }

            replaced = _client;
            _client = client;
            _abandoned.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

            // The queue of a new connection has room: the message is in it at once, before anything of the agent's.
            client.TrySend(ServiceMessageWriter.StartPublication(_time.GetUtcNow()));
            _agent!.StartPublication();
        }

        if (replaced is not null)
        {
            _logger.ClientReplaced(_sessionId);
            replaced.Close(WebSocketCloseStatus.NormalClosure, "A newer connection has taken over.");
        }
    }

    private void Tell(ClientConnection client, byte[] channelClosed)
    {
        client.Close(WebSocketCloseStatus.NormalClosure, "", channelClosed);
        _clientTold.TrySetResult();
    }

    private void Leave(ClientConnection client)
    {
        lock (_gate)
        {
            if (_client == client)
            {
                _client = null;
                _agent!.PausePublication();
                _abandoned.Change(_sessionTimeout, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void ReceiveSessionState(ReadOnlySpan<byte> message)
    {
        if (ClientMessageReader.Read(message, out var read) == ClientMessageError.None
            && PayloadJson.TryRead(read.Payload, PayloadJson.AgentSessionState, out var state, out _)
            && state.SessionState == AgentSessionState.Terminating)
        {
            Close("");
        }
    }
}
