using System.Diagnostics;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using SessionManagerPlugin.Emulator;
using SessionManagerPlugin.Emulator.Agent;
using SessionManagerPlugin.Emulator.Faults;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Tests.Emulator.Faults;

public sealed class FaultyConnectionTests
{
    [Fact]
    public async Task A_cut_is_a_reset_and_the_connections_after_it_are_refused_in_turns()
    {
        await using var emulator = Emulator("cut-after=3,refuse=2");
        var session = await emulator.StartSessionAsync();
        using (var client = await RawClient.OpenAsync(session))
        {
            var cut = await Assert.ThrowsAsync<WebSocketException>(client.ReceiveAllAsync);
            Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(cut.GetBaseException()).SocketErrorCode);
        }

        Assert.Null(await UpgradeAsync(session));
        Assert.Equal("HTTP/1.1 503 Service Unavailable", await UpgradeAsync(session));
        using var again = await RawClient.OpenAsync(session);
        await again.ReceiveAsync(MessageType.StartPublication);
    }

    [Fact]
    public async Task The_hourly_close_is_normal_and_says_bye()
    {
        await using var emulator = Emulator("close-every=0.2");
        using var client = await emulator.ConnectAsync();

        await client.ReceiveAllAsync();

        Assert.Equal((WebSocketCloseStatus.NormalClosure, "Bye"), (client.Socket.CloseStatus, client.Socket.CloseStatusDescription));
    }

    [Fact]
    public async Task A_frozen_connection_goes_on_later()
    {
        await using var emulator = Emulator("freeze-every=0.3:0.5");
        using var client = await emulator.ConnectAsync();
        await client.ReceiveOutputAsync("# ");
        var start = Stopwatch.GetTimestamp();
        var longest = TimeSpan.Zero;
        for (var i = 0; Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1); i++)
        {
            var sent = Stopwatch.GetTimestamp();
            await client.SendAsync(i, PayloadType.Flag, "\0\0\0\u0001");
            await client.ReceiveAsync(MessageType.Acknowledge);
            longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, Stopwatch.GetElapsedTime(sent).Ticks));
        }

        Assert.InRange(longest, TimeSpan.FromSeconds(0.4), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task When_everything_is_lost_the_end_still_arrives()
    {
        await using var emulator = Emulator("drop=1");
        var session = await emulator.StartSessionAsync();
        using var client = await RawClient.OpenAsync(session);
        await emulator.CallAsync("TerminateSession", $$"""{"SessionId":"{{session.SessionId}}"}""");

        Assert.Equal([MessageType.ChannelClosed], (await client.ReceiveAllAsync()).Select(message => message.Header.MessageType));
    }

    [Fact]
    public async Task What_arrives_twice_arrives_twice()
    {
        await using var emulator = Emulator("down-duplicate=1");
        using var client = await emulator.ConnectAsync();

        Assert.Equal(MessageType.StartPublication, (await client.ReceiveAsync())!.Header.MessageType);
        Assert.Equal(MessageType.StartPublication, (await client.ReceiveAsync())!.Header.MessageType);
    }

    [Fact]
    public async Task What_is_changed_on_its_way_up_is_not_acknowledged()
    {
        await using var emulator = Emulator("up-corrupt=0.5,seed=1");
        using var client = await emulator.ConnectAsync();
        client.Acknowledges = false;
        await client.ReceiveAsync(MessageType.OutputStreamData);

        const int Count = 100;
        var acknowledged = new HashSet<long>();
        for (var i = 0; i < Count; i++)
        {
            await client.SendAsync(i, PayloadType.Flag, "\0\0\0\u0001");
        }

        var plan = new FaultPlan(new FaultRates { Corrupt = 0.5 }, seed: 1, session: 0, FaultDirection.Up, connection: 0);
        var whole = Enumerable.Range(0, Count).Where(i => plan.FateOf(i).Corruption is null).Select(i => (long)i).ToArray();
        while (acknowledged.Count < whole.Length)
        {
            var message = await client.ReceiveAsync(MessageType.Acknowledge);
            Assert.True(Acknowledgement.TryRead(message.Payload, out var acknowledgement));
            acknowledged.Add(acknowledgement.SequenceNumber);
        }

        Assert.Equal(whole, acknowledged.Order());
    }

    [Fact]
    public async Task An_answer_takes_a_round_trip_and_many_take_no_longer()
    {
        await using var emulator = new TestEmulator(new EmulatorOptions
        {
            Agent = new AgentOptions { Shell = "/bin/sh" },
            Network = new NetworkShape { RoundTrip = TimeSpan.FromMilliseconds(100) },
        });
        using var client = await emulator.ConnectAsync();
        await client.ReceiveOutputAsync("# ");

        const int Count = 500;
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Count; i++)
        {
            await client.SendAsync(i, PayloadType.Flag, "\0\0\0\u0001");
        }

        await client.ReceiveAsync(MessageType.Acknowledge);
        var first = Stopwatch.GetElapsedTime(start);
        for (var i = 1; i < Count; i++)
        {
            await client.ReceiveAsync(MessageType.Acknowledge);
        }

        Assert.InRange(first, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromMilliseconds(Count * 50 / 2));
    }

    private static TestEmulator Emulator(string spec)
    {
        Assert.True(FaultSpecParser.TryParse(spec, out var faults, out var error), error);
        return new TestEmulator(new EmulatorOptions { Agent = new AgentOptions { Shell = "/bin/sh" }, Faults = faults });
    }

    /// <summary>The first line of the answer to an upgrade. Not by a WebSocket, which asks again when there is no answer.</summary>
    private static async Task<string?> UpgradeAsync(StartedSession session)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(session.StreamUrl.Host, session.StreamUrl.Port, cancellation);
        using var reader = new StreamReader(tcp.GetStream());
        var request = $"GET {session.StreamUrl.PathAndQuery} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), cancellation);
        return await reader.ReadLineAsync(cancellation);
    }
}
