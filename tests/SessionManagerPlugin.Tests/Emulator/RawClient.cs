using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Tests.Emulator;

/// <summary>The least client that speaks the protocol: a WebSocket and the codec, no order, no repetition.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly byte[] _buffer = new byte[128 * 1024];

    private RawClient(StartedSession session) => Session = session;

    internal StartedSession Session { get; }

    internal ClientWebSocket Socket { get; } = new();

    /// <summary>Whether every stream message that is received is acknowledged.</summary>
    internal bool Acknowledges { get; set; } = true;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal static async Task<RawClient> OpenAsync(StartedSession session, string? opening = null)
    {
        var client = new RawClient(session);
        await client.Socket.ConnectAsync(session.StreamUrl, Cancellation);
        await client.Socket.SendAsync(
            Encoding.UTF8.GetBytes(opening ?? Opening(session.TokenValue)),
            WebSocketMessageType.Text,
            endOfMessage: true,
            Cancellation);
        return client;
    }

    internal static string Opening(string token) =>
        $$"""{"MessageSchemaVersion":"1.0","RequestId":"{{Guid.NewGuid()}}","TokenValue":{{JsonSerializer.Serialize(token)}},"ClientId":"{{Guid.NewGuid()}}","ClientVersion":"1.3.0.0"}""";

    /// <summary>The next message; null when the gateway closes the connection.</summary>
    internal async Task<RawMessage?> ReceiveAsync()
    {
        var count = 0;
        ValueWebSocketReceiveResult result;
        do
        {
            result = await Socket.ReceiveAsync(_buffer.AsMemory(count), Cancellation);
            count += result.Count;
        }
        while (!result.EndOfMessage);

        if (result.MessageType == WebSocketMessageType.Close)
        {
            return null;
        }

        Assert.Equal(WebSocketMessageType.Binary, result.MessageType);
        var bytes = _buffer.AsSpan(0, count).ToArray();
        var received = Parse(bytes);
        if (Acknowledges && received.Header.MessageType == MessageType.OutputStreamData)
        {
            await AcknowledgeAsync(received);
        }

        return received;
    }

    /// <summary>The next message of a type; others are passed over.</summary>
    internal async Task<RawMessage> ReceiveAsync(MessageType type)
    {
        while (await ReceiveAsync() is { } message)
        {
            if (message.Header.MessageType == type)
            {
                return message;
            }
        }

        Assert.Fail($"The connection ended before a message of type {type}.");
        return null!;
    }

    /// <summary>Receives output, in order and without duplicates, until it has a text.</summary>
    internal async Task<string> ReceiveOutputAsync(string text, long next = 0)
    {
        var output = new StringBuilder();
        while (!output.ToString().Contains(text, StringComparison.Ordinal))
        {
            var message = await ReceiveAsync(MessageType.OutputStreamData);
            if (message.Header.SequenceNumber >= next)
            {
                next = message.Header.SequenceNumber + 1;
                output.Append(message.Text);
            }
        }

        return output.ToString();
    }

    /// <summary>Receives everything until the gateway closes the connection; stream messages only once.</summary>
    internal async Task<List<RawMessage>> ReceiveAllAsync()
    {
        var messages = new List<RawMessage>();
        while (await ReceiveAsync() is { } message)
        {
            if (messages.All(known => known.Header.MessageId != message.Header.MessageId))
            {
                messages.Add(message);
            }
        }

        await Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Cancellation);
        return messages;
    }

    internal Task SendAsync(long sequenceNumber, PayloadType type, string payload) =>
        SendAsync(MessageType.InputStreamData, sequenceNumber, MessageFlags.None, type, Encoding.UTF8.GetBytes(payload));

    internal Task SendHandshakeResponseAsync(ActionStatus status = ActionStatus.Success, long sequenceNumber = 0) => SendAsync(
        sequenceNumber,
        PayloadType.HandshakeResponse,
        $$"""{"ClientVersion":"1.3.0.0","ProcessedClientActions":[{"ActionType":"SessionType","ActionStatus":{{(int)status}},"ActionResult":null,"Error":"because"}],"Errors":null}""");

    internal async Task SendAsync(MessageType messageType, long sequenceNumber, MessageFlags flags, PayloadType type, byte[] payload)
    {
        var bytes = new byte[ClientMessageWriter.MessageSize(payload.Length)];
        ClientMessageWriter.Write(
            bytes,
            new ClientMessageHeader(messageType, sequenceNumber, flags, Guid.NewGuid(), 1, type),
            payload);
        await Socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, Cancellation);
    }

    internal Task AcknowledgeAsync(RawMessage message)
    {
        var payload = new byte[Acknowledgement.MaxSize];
        var size = new Acknowledgement(message.Header.MessageType, message.Header.MessageId, message.Header.SequenceNumber).Write(payload);
        return SendAsync(MessageType.Acknowledge, 0, MessageFlags.SynFin, PayloadType.None, payload[..size]);
    }

    public void Dispose() => Socket.Dispose();

    private static RawMessage Parse(byte[] bytes)
    {
        Assert.Equal(ClientMessageError.None, ClientMessageReader.Read(bytes, out var message));
        return new RawMessage(bytes, message.Header, message.Payload.ToArray());
    }
}
