using System.Text;
using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Tests.Protocol.Messages;

/// <summary>Messages captured from the public client and the public agent: what they send is read, and what is written is what they send.</summary>
public class ClientMessageVectorTests
{
    public static TheoryData<string> Vectors => Vector.Names;

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Every_field_of_a_captured_message_is_read_as_it_was_sent(string name)
    {
        var vector = Vector.Named(name);

        var message = TestMessage.Read(vector.Bytes);

        Assert.Equal(vector.MessageType, Encoding.UTF8.GetString(message.MessageTypeUtf8));
        Assert.NotEqual(MessageType.Unknown, message.MessageType);
        Assert.Equal(vector.MessageType, Encoding.UTF8.GetString(MessageTypeText.ToUtf8(message.MessageType)));
        Assert.Equal(vector.SchemaVersion, message.SchemaVersion);
        Assert.Equal(vector.CreatedDate, message.CreatedDate);
        Assert.Equal(vector.SequenceNumber, message.SequenceNumber);
        Assert.Equal(vector.Flags, (ulong)message.Flags);
        Assert.Equal(vector.MessageId, message.MessageId);
        Assert.Equal(vector.Digest, Convert.ToHexStringLower(message.PayloadDigest));
        Assert.Equal(vector.PayloadType, (uint)message.PayloadType);
        Assert.Equal(vector.PayloadHex, Convert.ToHexStringLower(message.Payload));
        Assert.True(message.IsDigestValid());
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_captured_message_written_again_is_the_same_bytes(string name)
    {
        var vector = Vector.Named(name);
        var message = TestMessage.Read(vector.Bytes);

        var written = TestMessage.Write(message.Header, message.Payload);

        Assert.Equal(vector.Hex, Convert.ToHexStringLower(written));
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_message_cut_anywhere_is_refused_by_name(string name)
    {
        var bytes = Vector.Named(name).Bytes;
        for (var length = 0; length < bytes.Length; length++)
        {
            var expected = length switch
            {
                < TestMessage.PayloadLengthOffset => ClientMessageError.TooShort,
                < TestMessage.PayloadOffset => ClientMessageError.HeaderLengthOutOfRange,
                _ => ClientMessageError.PayloadLengthMismatch,
            };

            Assert.Equal(expected, TestMessage.ReadAnything(bytes.AsSpan(0, length)));
        }
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void No_corrupted_byte_of_a_header_brings_a_session_down(string name)
    {
        var bytes = Vector.Named(name).Bytes;
        for (var position = 0; position < TestMessage.PayloadOffset; position++)
        {
            var original = bytes[position];
            for (var change = 1; change <= byte.MaxValue; change++)
            {
                bytes[position] = (byte)(original ^ change);
                _ = TestMessage.ReadAnything(bytes);
            }

            bytes[position] = original;
        }
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void No_corrupted_byte_of_a_payload_reaches_the_terminal(string name)
    {
        var bytes = Vector.Named(name).Bytes;
        for (var position = TestMessage.PayloadOffset; position < bytes.Length; position++)
        {
            bytes[position] ^= 0x01;
            Assert.Equal(ClientMessageError.DigestMismatch, TestMessage.ReadAnything(bytes));
            bytes[position] ^= 0x01;
        }
    }
}
