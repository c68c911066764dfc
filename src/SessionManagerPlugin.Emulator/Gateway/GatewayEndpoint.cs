using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Emulator.Faults;
using SessionManagerPlugin.Emulator.Http;
using SessionManagerPlugin.Emulator.Service;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Emulator.Gateway;

/// <summary>The message gateway's address: upgrades a client's connection, checks its token, and hands it to its session's channel.</summary>
internal sealed class GatewayEndpoint(SessionRegistry sessions, IRequestAuthorizer authorizer, TimeProvider time, ILogger logger)
{
    private const string PathPrefix = "/v1/data-channel/";
    private const int MaxOpeningSize = 64 * 1024;
    private const int SlowReceiveBuffer = 64 * 1024;

    private static readonly TimeSpan OpeningTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Whether a request is for the gateway.</summary>
    internal static bool IsMatch(HttpRequestHead head) => head.Path.StartsWith(PathPrefix, StringComparison.Ordinal);

    /// <summary>The path and query of a session's data channel.</summary>
    internal static string DataChannelPath(string sessionId) =>
        $"{PathPrefix}{Uri.EscapeDataString(sessionId)}?role=publish_subscribe";

    /// <summary>Serves a connection from the upgrade to its end.</summary>
    /// <param name="head">The upgrade request.</param>
    /// <param name="connection">The connection, with nothing of it read behind the request.</param>
    /// <param name="cancellationToken">Aborts the connection.</param>
    /// <exception cref="HttpException">It is not upgraded.</exception>
    internal async Task ServeAsync(HttpRequestHead head, AcceptedConnection connection, CancellationToken cancellationToken)
    {
        var sessionId = Uri.UnescapeDataString(head.Path[PathPrefix.Length..]);
        if (sessions.Find(sessionId) is not { } session)
        {
            throw new HttpException(404, "There is no such session.");
        }

        var answer = WebSocketUpgrade.Accept(head);
        if (authorizer.Authorize(head, body: default) is { } refusal)
        {
            throw new HttpException(403, refusal.Message);
        }

        switch (session.Faults.TryRefuse())
        {
            case Refusal.HangUp:
                return;
            case Refusal.Unavailable:
                throw new HttpException(503, "The gateway is not available.");
        }

        if (session.Faults.IsBandwidthLimited)
        {
            // Loopback would take in megabytes, which are seconds of a slow network.
            connection.LimitReceiveBuffer(SlowReceiveBuffer);
        }

        await connection.Stream.WriteAsync(answer, cancellationToken).ConfigureAwait(false);
        await connection.Stream.FlushAsync(cancellationToken).ConfigureAwait(false);

        // Pings are the client's to send.
        var stream = new BufferedConnection(connection);
        using var socket = WebSocket.CreateFromStream(
            stream,
            new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = Timeout.InfiniteTimeSpan });
        await ServeAsync(session, socket, stream, cancellationToken).ConfigureAwait(false);
    }

    private async Task ServeAsync(
        EmulatedSession session,
        WebSocket socket,
        BufferedConnection connection,
        CancellationToken cancellationToken)
    {
        using var opening = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (message, refusal) = await ReadOpeningInTimeAsync(socket, opening).ConfigureAwait(false);
        if (message is not null && !session.Channel.IsToken(message.TokenValue))
        {
            refusal = "The token is not valid.";
        }

        if (refusal is not null)
        {
            logger.OpeningRefused(session.Id, refusal);
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                // One last word; whether the client answers it changes nothing.
                await socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, refusal, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        logger.ClientConnected(session.Id, message!.ClientId, message.ClientVersion);
        using var faults = session.Faults.Connect();
        using var client = new ClientConnection(session.Id, socket, connection, faults, time, logger);
        await session.Channel.ServeAsync(client, cancellationToken).ConfigureAwait(false);
    }

    private async Task<(OpenDataChannel? Message, string? Refusal)> ReadOpeningInTimeAsync(
        WebSocket socket,
        CancellationTokenSource opening)
    {
        var reading = ReadOpeningAsync(socket, opening.Token);
        try
        {
            return await reading.WaitAsync(OpeningTimeout, time, opening.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The word comes first: to cancel a read is to cut the connection.
            const string Refusal = "No opening message came in time.";
            await socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, Refusal, opening.Token).ConfigureAwait(false);
            await opening.CancelAsync().ConfigureAwait(false);
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return (null, Refusal);
        }
    }

    /// <summary>Reads the opening message; the other value says why it is none.</summary>
    private static async Task<(OpenDataChannel? Message, string? Refusal)> ReadOpeningAsync(
        WebSocket socket,
        CancellationToken cancellationToken)
    {
        var (type, bytes) = await new WebSocketReader(socket, MaxOpeningSize).ReadAsync(cancellationToken).ConfigureAwait(false);
        if (type != WebSocketMessageType.Text || bytes is not { } text)
        {
            return (null, "The first message has to be text.");
        }

        if (!PayloadJson.TryRead(text.Span, PayloadJson.OpenDataChannel, out var message, out _))
        {
            return (null, "The first message is not the JSON expected.");
        }

        // A reader of JSON takes a record without its members.
        string?[] members =
        [
            message.MessageSchemaVersion, message.RequestId, message.TokenValue, message.ClientId, message.ClientVersion,
        ];
        return members.All(member => member is { Length: > 0 })
            ? (message, null)
            : (null, "The first message lacks a member.");
    }
}
