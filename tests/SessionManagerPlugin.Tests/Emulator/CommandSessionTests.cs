using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Tests.Emulator;

public sealed class CommandSessionTests
{
    [Fact]
    public async Task A_command_without_a_terminal_sends_output_errors_and_exit_code_apart()
    {
        await using var emulator = new TestEmulator();
        using var client = await OpenAsync(emulator, "echo out; echo err >&2; test -t 0 || exit 3");

        var messages = await client.ReceiveAllAsync();

        Assert.Equal("out\n", TextOf(messages, PayloadType.Output));
        Assert.Equal("err\n", TextOf(messages, PayloadType.StandardError));
        Assert.Equal("EXIT_CODE: 3", TextOf(messages, PayloadType.ExitCode));
        Assert.Equal(MessageType.ChannelClosed, messages[^1].Header.MessageType);
    }

    [Fact]
    public async Task Much_output_arrives_whole_in_pieces_of_a_kibibyte()
    {
        await using var emulator = new TestEmulator();
        using var client = await OpenAsync(emulator, "seq 1 100000");

        var messages = await client.ReceiveAllAsync();

        Assert.Equal(string.Concat(Enumerable.Range(1, 100_000).Select(i => $"{i}\n")), TextOf(messages, PayloadType.Output));
        Assert.All(messages, message => Assert.True(message.Payload.Length <= 1024));
    }

    [Fact]
    public async Task Ctrl_C_interrupts_the_command()
    {
        await using var emulator = new TestEmulator();
        using var client = await OpenAsync(emulator, "echo ready; exec sleep 1000");
        await client.ReceiveOutputAsync("ready");

        await client.SendAsync(1, PayloadType.Output, "\u0003");

        var messages = await client.ReceiveAllAsync();

        Assert.Equal("EXIT_CODE: -1", TextOf(messages, PayloadType.ExitCode));
    }

    [Fact]
    public async Task A_command_on_a_terminal_has_no_handshake_and_ends_with_its_command()
    {
        await using var emulator = new TestEmulator();
        using var client = await RawClient.OpenAsync(await emulator.StartCommandAsync("AWS-StartInteractiveCommand", "test -t 0 && echo terminal"));

        var messages = await client.ReceiveAllAsync();

        Assert.Equal("terminal\r\n", TextOf(messages, PayloadType.Output));
        Assert.Empty(TextOf(messages, PayloadType.HandshakeRequest));
        Assert.Equal(MessageType.ChannelClosed, messages[^1].Header.MessageType);
    }

    [Fact]
    public async Task A_command_that_is_done_before_its_client_comes_is_told_to_the_client()
    {
        await using var emulator = new TestEmulator();
        var session = await emulator.StartCommandAsync("AWS-StartInteractiveCommand", "true");
        var json = $$"""{"SessionId":"{{session.SessionId}}"}""";
        while ((await emulator.CallAsync("ResumeSession", json)).Body.TryGetProperty("TokenValue", out var token))
        {
            session = session with { TokenValue = token.GetString()! };
        }

        using var client = await RawClient.OpenAsync(session);

        Assert.Equal([MessageType.ChannelClosed], (await client.ReceiveAllAsync()).Select(message => message.Header.MessageType));
    }

    private static async Task<RawClient> OpenAsync(TestEmulator emulator, string command)
    {
        var client = await RawClient.OpenAsync(await emulator.StartCommandAsync("AWS-StartNonInteractiveCommand", command));
        var request = await client.ReceiveAsync(MessageType.OutputStreamData);
        Assert.Equal(PayloadType.HandshakeRequest, request.Header.PayloadType);
        await client.SendHandshakeResponseAsync();
        return client;
    }

    private static string TextOf(List<RawMessage> messages, PayloadType type) => string.Concat(messages
        .Where(message => message.Header.MessageType == MessageType.OutputStreamData && message.Header.PayloadType == type)
        .OrderBy(message => message.Header.SequenceNumber)
        .Select(message => message.Text));
}
