using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Text;
using SessionManagerPlugin.Emulator;
using SessionManagerPlugin.Emulator.Agent;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Tests.Emulator;

public sealed class ShellSessionTests
{
    [Fact]
    public async Task A_plain_shell_begins_with_output_that_is_sequence_0_and_syn()
    {
        await using var emulator = new TestEmulator();
        using var client = await emulator.ConnectAsync();

        var first = await client.ReceiveAsync(MessageType.OutputStreamData);

        Assert.Equal((0L, MessageFlags.Syn, PayloadType.Output), (first.Header.SequenceNumber, first.Header.Flags, first.Header.PayloadType));
    }

    [Fact]
    public async Task A_handshake_comes_first_when_it_is_asked_for()
    {
        var options = new AgentOptions
        {
            Shell = "/bin/sh",
            Handshake = HandshakeMode.Always,
            CustomerMessage = "Welcome",
            RequestedActions = ["Teleport"],
            SessionType = "Made_Up",
        };
        await using var emulator = new TestEmulator(new EmulatorOptions { Agent = options });
        using var client = await emulator.ConnectAsync();

        var first = await client.ReceiveAsync(MessageType.OutputStreamData);
        Assert.Equal((0L, MessageFlags.Syn, PayloadType.HandshakeRequest), (first.Header.SequenceNumber, first.Header.Flags, first.Header.PayloadType));
        Assert.Equal(
            """{"AgentVersion":"3.3.3572.0","RequestedClientActions":[{"ActionType":"SessionType","ActionParameters":{"SessionType":"Made_Up","Properties":null}},{"ActionType":"Teleport","ActionParameters":{}}]}""",
            first.Text);

        await client.SendHandshakeResponseAsync();
        await client.ReceiveAsync(MessageType.Acknowledge);
        var complete = await client.ReceiveAsync(MessageType.OutputStreamData);
        Assert.Equal((1L, PayloadType.HandshakeComplete), (complete.Header.SequenceNumber, complete.Header.PayloadType));
        Assert.True(PayloadJson.TryRead(complete.Payload, PayloadJson.HandshakeComplete, out var payload, out _));
        Assert.Equal("Welcome", payload.CustomerMessage);
        Assert.True(payload.HandshakeTimeToComplete > 0);
        Assert.Equal(PayloadType.Output, (await client.ReceiveAsync(MessageType.OutputStreamData)).Header.PayloadType);
    }

    [Theory]
    [InlineData(ActionStatus.Failed)]
    [InlineData(ActionStatus.Unsupported)]
    [InlineData(ActionStatus.None)]
    public async Task A_handshake_that_the_client_fails_ends_the_session(ActionStatus status)
    {
        await using var emulator = new TestEmulator(new EmulatorOptions { Agent = new AgentOptions { Handshake = HandshakeMode.Always } });
        using var client = await emulator.ConnectAsync();
        await client.ReceiveAsync(MessageType.OutputStreamData);
        await client.SendHandshakeResponseAsync(status);

        var closed = await client.ReceiveAsync(MessageType.ChannelClosed);

        Assert.True(PayloadJson.TryRead(closed.Payload, PayloadJson.ChannelClosed, out var payload, out _));
        Assert.Contains($"SessionType with status {(int)status}: because", payload.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_is_typed_in_order_and_every_copy_is_acknowledged()
    {
        await using var emulator = new TestEmulator();
        using var client = await emulator.ConnectAsync();
        await client.ReceiveOutputAsync("# ");

        await client.SendAsync(1, PayloadType.Output, "$((40+2))\r");
        await client.SendAsync(0, PayloadType.Output, "echo ");
        await client.SendAsync(0, PayloadType.Output, "echo ");
        var acknowledged = new List<long>();
        var output = new StringBuilder();
        while (acknowledged.Count < 3 || !output.ToString().Contains("42\r\n", StringComparison.Ordinal))
        {
            var message = await client.ReceiveAsync();
            Assert.NotNull(message);
            if (message.Header.MessageType == MessageType.Acknowledge)
            {
                Assert.Equal(MessageFlags.SynFin, message.Header.Flags);
                Assert.True(Acknowledgement.TryRead(message.Payload, out var acknowledgement));
                acknowledged.Add(acknowledgement.SequenceNumber);
            }
            else if (message.Header.MessageType == MessageType.OutputStreamData)
            {
                output.Append(message.Text);
            }
        }

        Assert.Equal([1, 0, 0], acknowledged);
    }

    [Fact]
    public async Task A_size_is_seen_by_the_terminal()
    {
        await using var emulator = new TestEmulator();
        using var client = await emulator.ConnectAsync();
        await client.ReceiveOutputAsync("# ");

        await client.SendAsync(0, PayloadType.Size, """{"cols":123,"rows":45}""");
        await client.SendAsync(1, PayloadType.Output, "stty size\r");

        await client.ReceiveOutputAsync("45 123\r\n");
    }

    [Fact]
    public async Task The_end_of_the_shell_is_a_channel_closed_with_the_short_header()
    {
        await using var emulator = new TestEmulator();
        using var client = await emulator.ConnectAsync();
        await client.ReceiveOutputAsync("# ");
        await client.SendAsync(0, PayloadType.Output, "echo bye; exit\r");

        var messages = await client.ReceiveAllAsync();

        var last = messages[^1];
        Assert.Equal(MessageType.ChannelClosed, last.Header.MessageType);
        Assert.Equal(112u, BinaryPrimitives.ReadUInt32BigEndian(last.Bytes));
        Assert.Equal("channel_closed\0"u8.ToArray(), last.Bytes[4..19]);
        Assert.Equal((uint)(last.Bytes.Length - 116), BinaryPrimitives.ReadUInt32BigEndian(last.Bytes.AsSpan(112)));
        Assert.True(PayloadJson.TryRead(last.Payload, PayloadJson.ChannelClosed, out var payload, out _));
        Assert.Equal((client.Session.SessionId, ""), (payload.SessionId, payload.Output));
        Assert.Contains("bye\r\n", string.Concat(messages.Select(message => message.Text)), StringComparison.Ordinal);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.Socket.CloseStatus);
    }

    [Fact]
    public async Task TerminateSession_closes_the_channel_and_leaves_no_process()
    {
        await using var emulator = new TestEmulator();
        using var client = await emulator.ConnectAsync();
        await client.ReceiveOutputAsync("# ");
        await client.SendAsync(0, PayloadType.Output, "trap '' HUP; sleep 1000 & echo pid=$$/$((40+2))\r");
        var output = await client.ReceiveOutputAsync("/42\r\n", next: 1);
        var shell = int.Parse(output.Split("pid=")[^1].Split('/')[0]);

        var (status, _) = await emulator.CallAsync("TerminateSession", $$"""{"SessionId":"{{client.Session.SessionId}}"}""");

        Assert.Equal(200, status);
        await client.ReceiveAsync(MessageType.ChannelClosed);
        await ProcessAssert.SessionIsGoneAsync(shell);
    }

    [Fact]
    public async Task A_shell_that_cannot_be_started_is_told_to_the_user()
    {
        await using var emulator = new TestEmulator(new EmulatorOptions { Agent = new AgentOptions { Shell = "/no/such/shell" } });
        using var client = await emulator.ConnectAsync();

        var closed = await client.ReceiveAsync(MessageType.ChannelClosed);

        Assert.True(PayloadJson.TryRead(closed.Payload, PayloadJson.ChannelClosed, out var payload, out _));
        Assert.Contains("/no/such/shell", payload.Output, StringComparison.Ordinal);
    }
}
