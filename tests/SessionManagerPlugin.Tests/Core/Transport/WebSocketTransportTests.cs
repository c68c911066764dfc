using System.Net.WebSockets;
using System.Text;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Core.Transport;

public class WebSocketTransportTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(8192)]
    [InlineData(8193)]
    [InlineData(300_000)]
    public async Task A_message_of_any_size_arrives_whole(int size)
    {
        await using var pair = await Pair.ConnectAsync();
        var message = Bytes(size);
        var sending = pair.Server.WebSocket.SendAsync(message, WebSocketMessageType.Binary, true, CancellationToken.None).Soon();
        Assert.Equal(message, await pair.ReceiveAsync());
        await sending;

        await pair.Server.WebSocket.SendAsync("next"u8.ToArray(), WebSocketMessageType.Binary, true, CancellationToken.None).Soon();
        Assert.Equal("next"u8.ToArray(), await pair.ReceiveAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(9999)]
    public async Task A_message_in_many_frames_arrives_whole(int frameSize)
    {
        await using var pair = await Pair.ConnectAsync();
        var message = Bytes(frameSize * 12);
        for (var i = 0; i < 12; i++)
        {
            await pair.Server.WebSocket.SendAsync(
                message.AsMemory(i * frameSize, frameSize), WebSocketMessageType.Binary, endOfMessage: i == 11, CancellationToken.None).Soon();
        }

        Assert.Equal(message, await pair.ReceiveAsync());
    }

    [Theory]
    [InlineData(5000)]
    [InlineData(16 * 1024)]
    [InlineData(20_000)]
    public async Task A_message_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(int limit)
    {
        await using var pair = await Pair.ConnectAsync(TransportOptions.Default with { MaxMessageSize = limit });
        await pair.Server.WebSocket.SendAsync(Bytes(limit), WebSocketMessageType.Binary, true, CancellationToken.None).Soon();
        Assert.Equal(limit, (await pair.ReceiveAsync()).Length);

        await pair.Server.WebSocket.SendAsync(Bytes(limit + 1), WebSocketMessageType.Binary, true, CancellationToken.None).Soon();
        var error = await Assert.ThrowsAsync<TransportException>(pair.ReceiveAsync);
        Assert.Equal(TransportFailure.MessageTooLarge, error.Failure);
        Assert.Contains($"{limit} bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_of_exactly_the_limit_may_end_with_an_empty_frame()
    {
        await using var pair = await Pair.ConnectAsync(TransportOptions.Default with { MaxMessageSize = 10_000 });
        await pair.Server.WebSocket.SendAsync(Bytes(10_000), WebSocketMessageType.Binary, false, CancellationToken.None).Soon();
        await pair.Server.WebSocket.SendAsync(Array.Empty<byte>(), WebSocketMessageType.Binary, true, CancellationToken.None).Soon();
        Assert.Equal(10_000, (await pair.ReceiveAsync()).Length);
    }

    [Fact]
    public async Task Text_is_taken_as_bytes_and_sent_as_text()
    {
        await using var pair = await Pair.ConnectAsync();
        await pair.Server.WebSocket.SendAsync("text"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None).Soon();
        Assert.Equal("text"u8.ToArray(), await pair.ReceiveAsync());

        await pair.Transport.WriteAsync("{}"u8.ToArray(), MessageKind.Text).Soon();
        await pair.Transport.WriteAsync("bytes"u8.ToArray(), MessageKind.Binary).Soon();
        await pair.Transport.FlushAsync(CancellationToken.None).Soon();
        var (type, bytes) = await pair.Server.ReceiveAsync();
        Assert.Equal((WebSocketMessageType.Text, "{}"), (type, Encoding.UTF8.GetString(bytes)));
        (type, bytes) = await pair.Server.ReceiveAsync();
        Assert.Equal((WebSocketMessageType.Binary, "bytes"), (type, Encoding.UTF8.GetString(bytes)));
    }

    [Fact]
    public async Task Several_messages_leave_in_one_write_to_the_socket()
    {
        var counting = new CountingStream();
        var batching = new BatchingStream(counting, TimeProvider.System);
        using var socket = WebSocket.CreateFromStream(batching, new WebSocketCreationOptions());
        var transport = new WebSocketTransport(
            socket, batching, "gateway.test", TransportOptions.Default, TimeProvider.System, counting);
        for (var i = 0; i < 50; i++)
        {
            await transport.WriteAsync(Bytes(1144), MessageKind.Binary).Soon();
        }

        Assert.Equal(0, counting.WriteCount);
        await transport.FlushAsync(CancellationToken.None).Soon();
        Assert.Equal(1, counting.WriteCount);
        await transport.DisposeAsync();
    }

    [Theory]
    [InlineData(1000, "Bye", "code 1000, \"Bye\"", TransportFailure.Closed)]
    [InlineData(1000, "", "code 1000)", TransportFailure.Closed)]
    [InlineData(1008, "token expired", "code 1008, \"token expired\"", TransportFailure.Refused)]
    [InlineData(1011, "\u001b[2J\r\nforged", "code 1011, \" [2J  forged\"", TransportFailure.Closed)]
    public async Task A_close_says_who_and_why_and_forges_no_line(int code, string reason, string expected, TransportFailure failure)
    {
        await using var pair = await Pair.ConnectAsync();
        await pair.Server.WebSocket.CloseOutputAsync((WebSocketCloseStatus)code, reason, CancellationToken.None).Soon();

        var error = await Assert.ThrowsAsync<TransportException>(pair.ReceiveAsync);
        Assert.Equal(failure, error.Failure);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith($"127.0.0.1:{pair.Gateway.Port} closed", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_is_reset_is_lost()
    {
        await using var pair = await Pair.ConnectAsync();
        var receiving = pair.ReceiveAsync();
        pair.Server.Reset();

        var error = await Assert.ThrowsAsync<TransportException>(() => receiving);
        Assert.Equal(TransportFailure.Lost, error.Failure);
        Assert.StartsWith($"The connection to 127.0.0.1:{pair.Gateway.Port} broke: ", error.Message, StringComparison.Ordinal);

        error = await Assert.ThrowsAsync<TransportException>(() => pair.WriteUntilItFailsAsync());
        Assert.Equal(TransportFailure.Lost, error.Failure);
        await pair.Transport.CloseAsync("too late").Soon();
    }

    [Fact]
    public async Task A_connection_that_ends_without_a_close_is_lost()
    {
        await using var pair = await Pair.ConnectAsync();
        await pair.Server.Stream.DisposeAsync();
        Assert.Equal(TransportFailure.Lost, (await Assert.ThrowsAsync<TransportException>(pair.ReceiveAsync)).Failure);
    }

    [Fact]
    public async Task Bytes_that_are_no_frame_are_a_lost_connection_and_not_a_fault()
    {
        await using var pair = await Pair.ConnectAsync();
        await pair.Server.WriteAsync(new string('\u00ff', 100));
        Assert.Equal(TransportFailure.Lost, (await Assert.ThrowsAsync<TransportException>(pair.ReceiveAsync)).Failure);
    }

    [Fact]
    public async Task The_goodbye_tells_the_gateway_that_the_session_ended()
    {
        await using var pair = await Pair.ConnectAsync();
        await pair.Transport.WriteAsync("last"u8.ToArray(), MessageKind.Binary).Soon();
        await pair.Transport.CloseAsync("session ended").Soon();

        Assert.Equal("last"u8.ToArray(), (await pair.Server.ReceiveAsync()).Bytes);
        Assert.Equal(WebSocketMessageType.Close, (await pair.Server.ReceiveAsync()).Type);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, pair.Server.WebSocket.CloseStatus);
        Assert.Equal("session ended", pair.Server.WebSocket.CloseStatusDescription);
    }

    [Fact]
    public async Task The_answer_to_the_goodbye_is_heard_by_the_receive_that_is_under_way()
    {
        await using var pair = await Pair.ConnectAsync();
        var receiving = pair.ReceiveAsync();
        await pair.Transport.CloseAsync("session ended").Soon();
        await pair.Server.ReceiveAsync();
        await pair.Server.WebSocket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None).Soon();
        Assert.Equal(TransportFailure.Closed, (await Assert.ThrowsAsync<TransportException>(() => receiving)).Failure);
    }

    [Fact]
    public async Task A_receive_can_be_cancelled()
    {
        await using var pair = await Pair.ConnectAsync();
        using var stop = new CancellationTokenSource();
        var receiving = pair.Transport.ReceiveAsync(stop.Token).Soon();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);
        await pair.Transport.CloseAsync("session ended").Soon();
    }

    [Fact]
    public async Task A_flush_to_a_gateway_that_takes_nothing_can_be_cancelled_and_closed()
    {
        await using var pair = await Pair.ConnectAsync(TransportOptions.Default with { CloseTimeout = TimeSpan.FromMilliseconds(50) });
        using var stop = new CancellationTokenSource();
        var flushing = pair.WriteUntilItFailsAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flushing);
        await pair.Transport.CloseAsync("session ended").Soon();
    }

    [Fact]
    public async Task A_silent_connection_is_kept_alive_by_pings()
    {
        await using var pair = await Pair.ConnectAsync(TransportOptions.Default with { PingInterval = TimeSpan.FromMilliseconds(50) });
        var receiving = pair.ReceiveAsync();
        var frame = new byte[1];
        Assert.Equal(1, await pair.Server.Stream.ReadAsync(frame).Soon());
        Assert.Equal(0x89, frame[0]);
        pair.Server.Reset();
        await Assert.ThrowsAsync<TransportException>(() => receiving);
    }

    [Fact]
    public async Task A_ping_of_the_gateway_is_answered_while_we_send()
    {
        await using var pair = await Pair.ConnectAsync();
        var receiving = pair.ReceiveAsync();
        await pair.Server.WriteAsync("\u0089\u0002hi");
        await pair.Transport.WriteAsync("message"u8.ToArray(), MessageKind.Binary).Soon();
        await pair.Transport.FlushAsync(CancellationToken.None).Soon();

        // The pong's frame has 8 bytes with its mask, the message's 13; in which order they come is free.
        var bytes = new byte[21];
        await pair.Server.Stream.ReadExactlyAsync(bytes).Soon();
        Assert.True((bytes[0] == 0x8A && bytes[8] == 0x82) || (bytes[0] == 0x82 && bytes[13] == 0x8A));
        pair.Server.Reset();
        await Assert.ThrowsAsync<TransportException>(() => receiving);
    }

    private static byte[] Bytes(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * 31))];

    private sealed class Pair : IAsyncDisposable
    {
        private Pair(TestGateway gateway, GatewayConnection server, IMessageTransport transport) =>
            (Gateway, Server, Transport) = (gateway, server, transport);

        public TestGateway Gateway { get; }

        public GatewayConnection Server { get; }

        public IMessageTransport Transport { get; }

        public static async Task<Pair> ConnectAsync(TransportOptions? options = null)
        {
            var gateway = TestGateway.Start();
            var accepting = gateway.AcceptWebSocketAsync();
            var transport = await new WebSocketConnector(options ?? TransportOptions.Default, TimeProvider.System)
                .ConnectAsync(gateway.Url, CancellationToken.None).Soon();
            return new Pair(gateway, await accepting, transport);
        }

        public async Task<byte[]> ReceiveAsync() => (await Transport.ReceiveAsync(CancellationToken.None).Soon()).ToArray();

        public async Task WriteUntilItFailsAsync(CancellationToken cancellationToken = default)
        {
            // Ends as soon as the connection's buffers are full or its end has come back.
            while (true)
            {
                await Transport.WriteAsync(new byte[60_000], MessageKind.Binary).Soon();
                await Transport.FlushAsync(cancellationToken).Soon();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await Transport.DisposeAsync().Soon();
            Server.Dispose();
            Gateway.Dispose();
        }
    }

    private sealed class CountingStream : MemoryStream
    {
        public int WriteCount { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            WriteCount++;
            return default;
        }
    }
}
