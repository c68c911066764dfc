using System.Text;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Tests.Protocol.Payloads;

public class AcknowledgementTests
{
    private const string Id = "1546cde8-612b-43c5-be5f-24dc4fda3c43";

    private const string Whole =
        $$"""{"AcknowledgedMessageType":"output_stream_data","AcknowledgedMessageId":"{{Id}}","AcknowledgedMessageSequenceNumber":7,"IsSequentialMessage":true}""";

    private static readonly Acknowledgement Expected = new(MessageType.OutputStreamData, new Guid(Id), 7);

    [Fact]
    public void An_acknowledgement_is_written_byte_for_byte_as_agents_expect_it()
    {
        var buffer = new byte[Acknowledgement.MaxSize];

        Assert.Equal(Whole, Encoding.UTF8.GetString(buffer, 0, Expected.Write(buffer)));
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1L)]
    [InlineData(0L)]
    [InlineData(long.MaxValue)]
    public void Every_type_and_number_fits_and_comes_back(long sequenceNumber)
    {
        var buffer = new byte[Acknowledgement.MaxSize];
        foreach (var type in Enum.GetValues<MessageType>())
        {
            var acknowledgement = new Acknowledgement(type, new Guid(Id), sequenceNumber);

            var length = acknowledgement.Write(buffer);

            Assert.True(Acknowledgement.TryRead(buffer.AsSpan(0, length), out var read));
            Assert.Equal(acknowledgement, read);
        }
    }

    [Fact]
    public void A_buffer_too_small_is_an_error_and_not_a_cut_acknowledgement() =>
        Assert.Throws<ArgumentException>(() => Expected.Write(new byte[Acknowledgement.MaxSize - 1]));

    [Theory]
    [InlineData(Whole)]
    [InlineData(" \r\n" + Whole + "\t ")]
    [InlineData($$"""{"IsSequentialMessage":true,"AcknowledgedMessageSequenceNumber":7,"AcknowledgedMessageId":"{{Id}}","AcknowledgedMessageType":"output_stream_data"}""")]
    [InlineData($$"""{"AcknowledgedMessageType":"output_stream_data","AcknowledgedMessageId":"{{Id}}","AcknowledgedMessageSequenceNumber":7}""")]
    [InlineData($$"""{"New":{"AcknowledgedMessageSequenceNumber":99,"a":[1,{"b":[]}]},"AcknowledgedMessageType":"output_stream_data","AcknowledgedMessageId":"{{Id}}","AcknowledgedMessageSequenceNumber":7,"Newer":[[],{}]}""")]
    [InlineData($$"""{"Acknowledg\u0065dMessageType":"output_stream_data","AcknowledgedMessageId":"{{Id}}","AcknowledgedMessageSequence\u004eumber":7}""")]
    [InlineData($$"""{"AcknowledgedMessageSequenceNumber":1,"AcknowledgedMessageType":"output_stream_data","AcknowledgedMessageId":"{{Id}}","AcknowledgedMessageSequenceNumber":7}""")]
    public void An_acknowledgement_in_another_agents_dress_is_understood(string json)
    {
        Assert.True(Read(json, out var acknowledgement));
        Assert.Equal(Expected, acknowledgement);
    }

    [Theory]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":7}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":7,"AcknowledgedMessageId":""}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":7,"AcknowledgedMessageId":"not a uuid but thirty-six bytes long"}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":7,"AcknowledgedMessageId":"1546cde8-612b-43c5-be5f-24dc4fda3c43 "}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":7,"AcknowledgedMessageType":"teleport"}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":7,"AcknowledgedMessageType":"\ud800"}""")]
    public void The_sequence_number_alone_is_enough_to_stop_the_resending(string json)
    {
        Assert.True(Read(json, out var acknowledgement));
        Assert.Equal(new Acknowledgement(MessageType.Unknown, Guid.Empty, 7), acknowledgement);
    }

    [Fact]
    public void A_negative_number_is_passed_on_for_the_window_to_judge()
    {
        Assert.True(Read("""{"AcknowledgedMessageSequenceNumber":-9223372036854775808}""", out var acknowledgement));
        Assert.Equal(long.MinValue, acknowledgement.SequenceNumber);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("\"AcknowledgedMessageSequenceNumber\"")]
    [InlineData("""{"AcknowledgedMessageType":"output_stream_data"}""")]
    [InlineData("""{"acknowledgedmessagesequencenumber":7}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":"7"}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":null}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":true}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":[7]}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":{"AcknowledgedMessageSequenceNumber":7}}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":7.5}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":7e400}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":9223372036854775808}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":-9223372036854775809}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":99999999999999999999999999999999999999999999}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":07}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":7,"AcknowledgedMessageType":7}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":7,"AcknowledgedMessageType":null}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":7,"AcknowledgedMessageId":{}}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":7,}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":7}x""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":7}{}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":7} 7""")]
    [InlineData("{\"AcknowledgedMessageSequenceNumber\":7}\0")]
    [InlineData("""[{"AcknowledgedMessageSequenceNumber":7}]""")]
    [InlineData("/**/{\"AcknowledgedMessageSequenceNumber\":7}")]
    public void What_is_no_acknowledgement_is_refused_and_acknowledges_nothing(string json)
    {
        Assert.False(Read(json, out var acknowledgement));
        Assert.Equal(default, acknowledgement);
    }

    [Theory]
    [InlineData("""{"AcknowledgedMessage\ud800SequenceNumber......................":7}""")]
    [InlineData("""{"AcknowledgedMessageT\udc00........................................":7}""")]
    [InlineData("""{"AcknowledgedMessageI\ud800\ud800":7}""")]
    [InlineData("""{"AcknowledgedMessageSequenceNumber":7,"\ud800AcknowledgedMessageType":7}""")]
    public void A_name_that_is_no_text_never_brings_a_session_down(string json) => _ = Read(json, out _);

    [Fact]
    public void A_text_that_is_no_utf8_never_brings_a_session_down()
    {
        var bytes = Encoding.UTF8.GetBytes(Whole);
        for (var position = 0; position < bytes.Length; position++)
        {
            foreach (var value in (byte[])[0x00, 0x80, 0xc0, 0xff, (byte)'\\', (byte)'"'])
            {
                var mutated = (byte[])bytes.Clone();
                mutated[position] = value;
                _ = Acknowledgement.TryRead(mutated, out _);
            }
        }
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void Deep_nesting_is_refused_before_it_costs_the_stack(char bracket)
    {
        var nested = bracket == '[' ? new string('[', 100_000) : string.Concat(Enumerable.Repeat("{\"a\":", 100_000));

        Assert.False(Read("{\"a\":" + nested, out _));
    }

    [Fact]
    public void An_acknowledgement_cut_anywhere_is_refused()
    {
        var bytes = Encoding.UTF8.GetBytes(Whole);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(Acknowledgement.TryRead(bytes.AsSpan(0, length), out _));
        }
    }

    [Fact]
    public void Random_changes_never_bring_a_session_down()
    {
        var random = new Random(20261121);
        var original = Encoding.UTF8.GetBytes(Whole);
        var interesting = "\\u{}[]\",:0e-.\ud83d\ude00d8"u8.ToArray();
        for (var i = 0; i < 100_000; i++)
        {
            var bytes = (byte[])original.Clone();
            for (var changes = random.Next(1, 7); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = random.Next(2) == 0
                    ? interesting[random.Next(interesting.Length)]
                    : (byte)random.Next();
            }

            _ = Acknowledgement.TryRead(bytes, out _);
        }
    }

    private static bool Read(string json, out Acknowledgement acknowledgement) =>
        Acknowledgement.TryRead(Encoding.UTF8.GetBytes(json), out acknowledgement);
}
