using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Tests.Protocol.Messages;

public class ClientMessageWriterTests
{
    public static TheoryData<MessageType> WritableTypes => [.. Enum.GetValues<MessageType>().Where(type => type != MessageType.Unknown)];

    [Fact]
    public void Every_byte_of_a_message_stands_where_the_agent_looks_for_it()
    {
        var header = new ClientMessageHeader(
            MessageType.InputStreamData,
            SequenceNumber: 0x0102030405060708,
            MessageFlags.SynFin,
            new Guid("00112233-4455-6677-8899-aabbccddeeff"),
            CreatedDate: 0x1112131415161718,
            PayloadType.Size);

        var bytes = TestMessage.Write(header, "abc"u8);

        Assert.Equal(
            "00000074"
            + "696e7075745f73747265616d5f64617461202020202020202020202020202020"
            + "00000001"
            + "1112131415161718"
            + "0102030405060708"
            + "0000000000000003"
            + "8899aabbccddeeff0011223344556677"
            + "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            + "00000003"
            + "00000003"
            + "616263",
            Convert.ToHexStringLower(bytes));
    }

    [Theory]
    [MemberData(nameof(WritableTypes))]
    public void Every_type_and_size_of_message_arrives_as_it_was_sent(MessageType type)
    {
        var random = new Random(1);
        foreach (var size in (int[])[0, 1, 1023, 1024, 1025, 65536])
        {
            foreach (var payloadType in Enum.GetValues<PayloadType>())
            {
                var payload = new byte[size];
                random.NextBytes(payload);
                var id = new byte[16];
                random.NextBytes(id);
                var header = new ClientMessageHeader(type, random.NextInt64(), (MessageFlags)random.Next(4), new Guid(id), 1, payloadType);

                var message = TestMessage.Read(TestMessage.Write(header, payload));

                Assert.Equal(header, message.Header);
                Assert.True(message.Payload.SequenceEqual(payload));
            }
        }
    }

    [Fact]
    public void Nothing_of_the_buffers_last_message_is_left_in_the_header()
    {
        var clean = TestMessage.Write("abc"u8);
        var used = new byte[clean.Length + 1];
        used.AsSpan().Fill(0xff);

        var written = ClientMessageWriter.Write(used, TestMessage.Header, "abc"u8);

        Assert.Equal(clean, used[..written]);
        Assert.Equal(0xff, used[^1]);
    }

    [Fact]
    public void A_header_is_written_in_front_of_a_payload_that_is_in_place()
    {
        var expected = TestMessage.Write("abc"u8);
        var message = new byte[expected.Length];
        "abc"u8.CopyTo(message.AsSpan(TestMessage.PayloadOffset));

        ClientMessageWriter.WriteHeader(message, TestMessage.Header);

        Assert.Equal(expected, message);
    }

    [Fact]
    public void A_buffer_too_small_for_the_message_is_an_error_and_not_a_cut_message()
    {
        var message = Assert.Throws<ArgumentException>(
            () => ClientMessageWriter.Write(new byte[TestMessage.PayloadOffset + 2], TestMessage.Header, "abc"u8));

        Assert.Equal("destination", message.ParamName);
    }

    [Fact]
    public void A_buffer_too_small_for_a_header_is_an_error()
    {
        var error = Assert.Throws<ArgumentException>(
            () => ClientMessageWriter.WriteHeader(new byte[TestMessage.PayloadOffset - 1], TestMessage.Header));

        Assert.Equal("message", error.ParamName);
    }

    [Theory]
    [InlineData(MessageType.Unknown)]
    [InlineData((MessageType)99)]
    public void A_message_whose_type_has_no_text_is_never_sent(MessageType type)
    {
        var header = TestMessage.Header with { MessageType = type };

        var error = Assert.Throws<ArgumentException>(() => TestMessage.Write(header, "abc"u8));

        Assert.Equal("header", error.ParamName);
    }

    [Fact]
    public void A_size_that_no_array_has_is_an_error() =>
        Assert.Throws<OverflowException>(() => ClientMessageWriter.MessageSize(int.MaxValue));
}
