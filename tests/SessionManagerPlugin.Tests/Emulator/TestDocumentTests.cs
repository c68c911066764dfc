using System.Security.Cryptography;
using System.Text;
using SessionManagerPlugin.Emulator;
using SessionManagerPlugin.Emulator.Agent;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Tests.Emulator;

public sealed class TestDocumentTests
{
    private const int LargePayload = 64 * 1024;

    [Fact]
    public async Task A_sink_takes_its_bytes_in_large_payloads_and_says_which()
    {
        await using var emulator = new TestEmulator();
        using var client = await OpenAsync(emulator, "Test-Sink", (3 * LargePayload) + 10);
        var data = RandomNumberGenerator.GetBytes(4 * LargePayload);

        var messages = await ConverseAsync(client, [.. data.Chunk(LargePayload)]);

        var digest = Convert.ToHexStringLower(SHA256.HashData(data.AsSpan(0, (3 * LargePayload) + 10)));
        Assert.Equal($"sha256={digest} bytes={(3 * LargePayload) + 10}\n", TextOf(messages, PayloadType.Output));
        Assert.Equal("EXIT_CODE: 0", TextOf(messages, PayloadType.ExitCode));
        Assert.Equal(MessageType.ChannelClosed, messages[^1].Header.MessageType);
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(LargePayload)]
    public async Task A_source_puts_out_what_follows_from_its_seed_cut_as_the_agent_is_told(int payloadSize)
    {
        const int Size = (2 * LargePayload) + 5;
        await using var emulator = new TestEmulator(new EmulatorOptions { Agent = new AgentOptions { PayloadSize = payloadSize } });
        var outputs = new List<byte[]>();
        foreach (var seed in new ulong[] { 1, 1, 2 })
        {
            using var client = await OpenAsync(emulator, "Test-Source", Size, seed);
            var messages = await client.ReceiveAllAsync();

            var output = BytesOf(messages, PayloadType.Output);
            Assert.Equal($"sha256={Convert.ToHexStringLower(SHA256.HashData(output))}\n", TextOf(messages, PayloadType.StandardError));
            Assert.Equal("EXIT_CODE: 0", TextOf(messages, PayloadType.ExitCode));
            Assert.Equal(payloadSize, messages.Max(message => message.Payload.Length));
            outputs.Add(output);
        }

        Assert.Equal(Size, outputs[0].Length);
        Assert.Equal(outputs[0], outputs[1]);
        Assert.NotEqual(outputs[0], outputs[2]);
    }

    [Fact]
    public async Task An_echo_sends_back_its_bytes_and_ends()
    {
        await using var emulator = new TestEmulator();
        using var client = await OpenAsync(emulator, "Test-Echo", 8);

        var messages = await ConverseAsync(client, "hello"u8.ToArray(), " world"u8.ToArray());

        Assert.Equal("hello wo", TextOf(messages, PayloadType.Output));
        Assert.Equal("EXIT_CODE: 0", TextOf(messages, PayloadType.ExitCode));
    }

    [Theory]
    [InlineData("""{}""", "needs the parameter bytes")]
    [InlineData("""{"bytes":["many"]}""", "bytes takes a number")]
    [InlineData("""{"bytes":["-1"]}""", "bytes takes a number")]
    public async Task Bytes_are_a_number(string parameters, string error)
    {
        await using var emulator = new TestEmulator();

        var (status, body) = await emulator.CallAsync(
            "StartSession", $$"""{"Target":"i-0","DocumentName":"Test-Sink","Parameters":{{parameters}}}""");

        Assert.Equal(400, status);
        Assert.Contains(error, body.ToString(), StringComparison.Ordinal);
    }

    private static async Task<RawClient> OpenAsync(TestEmulator emulator, string document, long bytes, ulong seed = 0)
    {
        var client = await RawClient.OpenAsync(await emulator.StartTestAsync(document, bytes, seed));
        await client.ReceiveAsync(MessageType.OutputStreamData);
        await client.SendHandshakeResponseAsync();

        // What is sent before the handshake's end is lost.
        while ((await client.ReceiveAsync(MessageType.OutputStreamData)).Header.PayloadType != PayloadType.HandshakeComplete)
        {
            // The request, once more.
        }

        return client;
    }

    /// <summary>Sends inputs, and receives everything to the end.</summary>
    /// <remarks>
    /// The first is not taken while the session is just starting. The second always is, as an early one; when its acknowledgement comes
    /// without one for the first, both are sent again.
    /// </remarks>
    private static async Task<List<RawMessage>> ConverseAsync(RawClient client, params byte[][] inputs)
    {
        var received = new List<RawMessage>();
        while (!IsAcknowledged(1))
        {
            await SendAsync(1);
            await SendAsync(2);
            do
            {
                received.Add((await client.ReceiveAsync())!);
            }
            while (!IsAcknowledgement(received[^1], of: 2));
        }

        for (var i = 3; i <= inputs.Length; i++)
        {
            await SendAsync(i);
        }

        received.AddRange(await client.ReceiveAllAsync());
        return [.. received.DistinctBy(message => message.Header.MessageId)];

        Task SendAsync(int number) =>
            client.SendAsync(MessageType.InputStreamData, number, MessageFlags.None, PayloadType.Output, inputs[number - 1]);

        bool IsAcknowledged(long number) => received.Exists(message => IsAcknowledgement(message, number));
    }

    private static bool IsAcknowledgement(RawMessage message, long of) =>
        message.Header.MessageType == MessageType.Acknowledge
        && Acknowledgement.TryRead(message.Payload, out var acknowledgement)
        && acknowledgement.SequenceNumber == of;

    private static string TextOf(List<RawMessage> messages, PayloadType type) => Encoding.ASCII.GetString(BytesOf(messages, type));

    private static byte[] BytesOf(List<RawMessage> messages, PayloadType type) => [.. messages
        .Where(message => message.Header.MessageType == MessageType.OutputStreamData && message.Header.PayloadType == type)
        .OrderBy(message => message.Header.SequenceNumber)
        .SelectMany(message => message.Payload)];
}
