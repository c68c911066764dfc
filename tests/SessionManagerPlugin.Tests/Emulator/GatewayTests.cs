using System.Net;
using System.Net.WebSockets;
using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Tests.Emulator;

public sealed class GatewayTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_unknown_session_is_refused_before_the_upgrade()
    {
        await using var emulator = new TestEmulator();
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;

        await Assert.ThrowsAsync<WebSocketException>(() =>
            socket.ConnectAsync(new Uri($"ws://127.0.0.1:{emulator.Url.Port}/v1/data-channel/nobody-0"), Cancellation));

        Assert.Equal(HttpStatusCode.NotFound, socket.HttpStatusCode);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"MessageSchemaVersion":"1.0","RequestId":"r","TokenValue":"wrong","ClientId":"c","ClientVersion":"1.3.0.0"}""")]
    public async Task A_bad_opening_message_is_a_policy_violation(string opening)
    {
        await using var emulator = new TestEmulator();
        using var client = await RawClient.OpenAsync(await emulator.StartSessionAsync(), opening);

        Assert.Null(await client.ReceiveAsync());

        Assert.Equal(WebSocketCloseStatus.PolicyViolation, client.Socket.CloseStatus);
        Assert.NotEmpty(client.Socket.CloseStatusDescription!);
    }

    [Fact]
    public async Task A_token_from_before_a_resume_is_not_valid()
    {
        await using var emulator = new TestEmulator();
        var session = await emulator.StartSessionAsync();
        await emulator.ResumeSessionAsync(session.SessionId);
        using var client = await RawClient.OpenAsync(session);

        Assert.Null(await client.ReceiveAsync());

        Assert.Equal(WebSocketCloseStatus.PolicyViolation, client.Socket.CloseStatus);
    }

    [Fact]
    public async Task The_first_message_is_start_publication_with_a_digest_of_zeros()
    {
        await using var emulator = new TestEmulator();
        using var client = await emulator.ConnectAsync();

        var message = await client.ReceiveAsync();

        Assert.Equal(MessageType.StartPublication, message!.Header.MessageType);
        Assert.Equal(new byte[32], message.Bytes[80..112]);
    }

    [Fact]
    public async Task A_newer_connection_takes_the_place_of_the_older()
    {
        await using var emulator = new TestEmulator();
        var session = await emulator.StartSessionAsync();
        using var older = await RawClient.OpenAsync(session);
        await older.ReceiveOutputAsync("# ");
        using var newer = await RawClient.OpenAsync(session);
        await newer.ReceiveAsync(MessageType.StartPublication);

        await older.ReceiveAllAsync();
        await newer.SendAsync(0, PayloadType.Output, "echo $((6*7))\r");

        Assert.Equal(WebSocketCloseStatus.NormalClosure, older.Socket.CloseStatus);
        await newer.ReceiveOutputAsync("42\r\n");
    }

    [Fact]
    public async Task Output_that_was_not_acknowledged_is_sent_again_after_a_resume()
    {
        await using var emulator = new TestEmulator();
        var session = await emulator.StartSessionAsync();
        Guid lost;
        using (var first = await RawClient.OpenAsync(session))
        {
            first.Acknowledges = false;
            lost = (await first.ReceiveAsync(MessageType.OutputStreamData)).Header.MessageId;
            first.Socket.Abort();
        }

        using var second = await RawClient.OpenAsync(await emulator.ResumeSessionAsync(session.SessionId));

        Assert.Equal(lost, (await second.ReceiveAsync(MessageType.OutputStreamData)).Header.MessageId);
    }

    [Fact]
    public async Task Malformed_messages_are_dropped_and_the_session_goes_on()
    {
        await using var emulator = new TestEmulator();
        using var client = await emulator.ConnectAsync();
        await client.Socket.SendAsync(new byte[200], WebSocketMessageType.Binary, endOfMessage: true, Cancellation);
        await client.Socket.SendAsync("text"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Cancellation);
        await client.ReceiveOutputAsync("# ");

        await client.SendAsync(0, PayloadType.Output, "echo $((6*7))\r");

        await client.ReceiveOutputAsync("42\r\n");
    }

    [Fact]
    public async Task A_message_beyond_a_mebibyte_ends_the_connection()
    {
        await using var emulator = new TestEmulator();
        using var client = await emulator.ConnectAsync();
        await client.Socket.SendAsync(new byte[(1024 * 1024) + 1], WebSocketMessageType.Binary, endOfMessage: true, Cancellation);

        await client.ReceiveAllAsync();

        Assert.Equal(WebSocketCloseStatus.MessageTooBig, client.Socket.CloseStatus);
    }
}
