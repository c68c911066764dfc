using System.Text;
using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Tests.Protocol.Messages;

public class ClientMessageReaderTests
{
    private const int Seed = 20261120;
    private const int RandomInputs = 100_000;

    [Fact]
    public void Random_bytes_never_bring_a_session_down()
    {
        var random = new Random(Seed);
        var buffer = new byte[400];
        for (var i = 0; i < RandomInputs; i++)
        {
            var bytes = buffer.AsSpan(0, random.Next(buffer.Length + 1));
            random.NextBytes(bytes);
            _ = TestMessage.ReadAnything(bytes);
        }
    }

    [Fact]
    public void Random_bytes_behind_believable_lengths_never_bring_a_session_down()
    {
        var random = new Random(Seed + 1);
        var buffer = new byte[400];
        for (var i = 0; i < RandomInputs; i++)
        {
            var bytes = buffer.AsSpan(0, random.Next(TestMessage.PayloadOffset, buffer.Length + 1)).ToArray();
            random.NextBytes(bytes);
            var headerLength = random.Next(100, bytes.Length + 8);
            bytes.With(TestMessage.HeaderLengthOffset, (uint)headerLength);
            if (headerLength + sizeof(uint) <= bytes.Length)
            {
                bytes.With(headerLength, (uint)Math.Max(0, bytes.Length - headerLength - sizeof(uint) + random.Next(-1, 2)));
            }

            _ = TestMessage.ReadAnything(bytes);
        }
    }

    [Fact]
    public void Mutated_captured_messages_never_bring_a_session_down()
    {
        var random = new Random(Seed + 2);
        var vectors = Vector.All.Select(vector => vector.Bytes).ToArray();
        for (var i = 0; i < RandomInputs; i++)
        {
            var bytes = (byte[])vectors[random.Next(vectors.Length)].Clone();
            Array.Resize(ref bytes, Math.Max(1, bytes.Length + random.Next(-4, 5)));
            for (var mutations = random.Next(1, 9); mutations > 0; mutations--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next();
            }

            _ = TestMessage.ReadAnything(bytes);
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(111u)]
    [InlineData(113u)]
    [InlineData(115u)]
    [InlineData(121u)] // one past the last that this message has room for
    [InlineData(0x7fffffffu)]
    [InlineData(0x80000000u)]
    [InlineData(0xfffffffcu)] // wraps to 0 when 4 is added in 32 bits
    [InlineData(0xffffffffu)]
    public void A_header_length_that_points_nowhere_is_refused(uint headerLength)
    {
        var bytes = TestMessage.Write("abcd"u8).With(TestMessage.HeaderLengthOffset, headerLength);

        Assert.Equal(ClientMessageError.HeaderLengthOutOfRange, TestMessage.ReadAnything(bytes));
    }

    [Theory]
    [InlineData(112u)]
    [InlineData(117u)]
    [InlineData(120u)]
    public void A_header_length_that_disagrees_with_the_payload_is_refused(uint headerLength)
    {
        var bytes = TestMessage.Write("abcd"u8).With(TestMessage.HeaderLengthOffset, headerLength);

        Assert.Equal(ClientMessageError.PayloadLengthMismatch, TestMessage.ReadAnything(bytes));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(5u)]
    [InlineData(0x7fffffffu)]
    [InlineData(0x80000004u)]
    [InlineData(0xffffffffu)]
    public void A_payload_length_that_is_not_the_payloads_is_refused(uint payloadLength)
    {
        var bytes = TestMessage.Write("abcd"u8).With(TestMessage.PayloadLengthOffset, payloadLength);

        Assert.Equal(ClientMessageError.PayloadLengthMismatch, TestMessage.ReadAnything(bytes));
    }

    [Fact]
    public void The_services_own_channel_closed_with_its_short_header_ends_the_session_with_its_reason()
    {
        var payload = """{"SessionId":"s","Output":"timed out"}"""u8;
        var standard = TestMessage.Write(payload).WithType("channel_closed"u8, padding: 0);
        byte[] bytes = [.. standard.AsSpan(0, TestMessage.PayloadTypeOffset), .. standard.AsSpan(TestMessage.PayloadLengthOffset)];
        bytes.With(TestMessage.HeaderLengthOffset, 112u);

        var message = TestMessage.Read(bytes);

        Assert.Equal(MessageType.ChannelClosed, message.MessageType);
        Assert.Equal(PayloadType.None, message.PayloadType);
        Assert.True(message.Payload.SequenceEqual(payload));
    }

    [Fact]
    public void The_shortest_message_there_is_can_be_read_and_one_byte_less_cannot()
    {
        byte[] bytes = [.. TestMessage.Write([]).AsSpan(0, TestMessage.PayloadTypeOffset), 0, 0, 0, 0];
        bytes.With(TestMessage.HeaderLengthOffset, 112u);

        Assert.True(TestMessage.Read(bytes).Payload.IsEmpty);
        Assert.Equal(ClientMessageError.TooShort, TestMessage.ErrorOf(bytes.AsSpan(0, bytes.Length - 1)));
    }

    [Theory]
    [InlineData(TestMessage.PayloadLengthOffset)]
    [InlineData(128)]
    public void A_header_that_a_newer_service_made_longer_is_read(int payloadLengthOffset)
    {
        var standard = TestMessage.Write("abcd"u8);
        byte[] bytes = [.. standard.AsSpan(0, TestMessage.PayloadLengthOffset), .. new byte[16], .. "abcd"u8];
        bytes.With(TestMessage.HeaderLengthOffset, 128u).With(payloadLengthOffset, 4u);

        var message = TestMessage.Read(bytes);

        Assert.True(message.Payload.SequenceEqual("abcd"u8));
        Assert.Equal(PayloadType.Output, message.PayloadType);
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1L)]
    [InlineData(long.MaxValue)]
    public void Any_sequence_number_is_passed_on_for_the_reorder_buffer_to_judge(long sequenceNumber)
    {
        var bytes = TestMessage.Write("x"u8).With(TestMessage.SequenceNumberOffset, (ulong)sequenceNumber);

        Assert.Equal(sequenceNumber, TestMessage.Read(bytes).SequenceNumber);
    }

    [Fact]
    public void Unknown_flags_do_not_hide_the_known_ones()
    {
        var message = TestMessage.Read(TestMessage.Write("x"u8).With(TestMessage.FlagsOffset, ulong.MaxValue));

        Assert.Equal(ulong.MaxValue, (ulong)message.Flags);
        Assert.True(message.Flags.HasFlag(MessageFlags.SynFin));
    }

    [Fact]
    public void An_unknown_payload_type_is_passed_on()
    {
        var message = TestMessage.Read(TestMessage.Write("x"u8).With(TestMessage.PayloadTypeOffset, uint.MaxValue));

        Assert.Equal(uint.MaxValue, (uint)message.PayloadType);
    }

    [Fact]
    public void A_message_type_of_tomorrow_is_named_so_that_the_log_can_say_what_it_was()
    {
        var message = TestMessage.Read(TestMessage.Write("x"u8).WithType("teleport"u8, padding: 0));

        Assert.Equal(MessageType.Unknown, message.MessageType);
        Assert.Equal("teleport", Encoding.UTF8.GetString(message.MessageTypeUtf8));
    }

    [Fact]
    public void A_message_type_that_fills_its_field_is_read_whole()
    {
        var text = new string('x', TestMessage.MessageTypeSize);
        var message = TestMessage.Read(TestMessage.Write("x"u8).WithType(Encoding.UTF8.GetBytes(text), padding: 0));

        Assert.Equal(text, Encoding.UTF8.GetString(message.MessageTypeUtf8));
    }

    [Theory]
    [InlineData((byte)' ')]
    [InlineData((byte)0)]
    public void A_message_without_a_type_is_refused(byte padding) =>
        Assert.Equal(ClientMessageError.MessageTypeEmpty, TestMessage.ErrorOf(TestMessage.Write("x"u8).WithType([], padding)));

    [Fact]
    public void A_message_without_a_date_is_refused() =>
        Assert.Equal(ClientMessageError.CreatedDateZero, TestMessage.ErrorOf(TestMessage.Write("x"u8).With(TestMessage.CreatedDateOffset, 0UL)));

    [Fact]
    public void A_clock_far_off_does_not_lose_a_message()
    {
        var bytes = TestMessage.Write("x"u8).With(TestMessage.CreatedDateOffset, ulong.MaxValue);

        Assert.Equal(ulong.MaxValue, TestMessage.Read(bytes).CreatedDate);
    }

    [Fact]
    public void A_payload_that_is_not_the_digests_is_refused()
    {
        var bytes = TestMessage.Write("x"u8);
        bytes[^1] = (byte)'y';

        Assert.Equal(ClientMessageError.DigestMismatch, TestMessage.ErrorOf(bytes));
    }

    [Theory]
    [InlineData(MessageType.StartPublication)]
    [InlineData(MessageType.PausePublication)]
    public void A_publication_message_without_a_digest_is_read(MessageType type)
    {
        var bytes = TestMessage.Write(TestMessage.Header with { MessageType = type }, "{}"u8);
        bytes.AsSpan(TestMessage.DigestOffset, TestMessage.DigestSize).Clear();

        Assert.Equal(type, TestMessage.Read(bytes).MessageType);
    }

    [Fact]
    public void A_data_message_without_a_digest_is_refused()
    {
        var bytes = TestMessage.Write("x"u8);
        bytes.AsSpan(TestMessage.DigestOffset, TestMessage.DigestSize).Clear();

        Assert.Equal(ClientMessageError.DigestMismatch, TestMessage.ErrorOf(bytes));
    }

    [Theory]
    [InlineData((byte)0x00)]
    [InlineData((byte)0xff)]
    public void An_empty_payload_needs_no_digest(byte digest)
    {
        var bytes = TestMessage.Write([]);
        bytes.AsSpan(TestMessage.DigestOffset, TestMessage.DigestSize).Fill(digest);

        Assert.True(TestMessage.Read(bytes).Payload.IsEmpty);
    }
}
