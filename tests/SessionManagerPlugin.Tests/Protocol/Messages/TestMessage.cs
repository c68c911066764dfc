using System.Buffers.Binary;
using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Tests.Protocol.Messages;

/// <summary>Messages for the tests: valid ones, and the single fields that a hostile sender would choose.</summary>
internal static class TestMessage
{
    public const int HeaderLengthOffset = 0;
    public const int MessageTypeOffset = 4;
    public const int MessageTypeSize = 32;
    public const int CreatedDateOffset = 40;
    public const int SequenceNumberOffset = 48;
    public const int FlagsOffset = 56;
    public const int DigestOffset = 80;
    public const int DigestSize = 32;
    public const int PayloadTypeOffset = 112;
    public const int PayloadLengthOffset = 116;
    public const int PayloadOffset = 120;

    public static readonly ClientMessageHeader Header = new(
        MessageType.OutputStreamData,
        SequenceNumber: 7,
        MessageFlags.None,
        new Guid("00112233-4455-6677-8899-aabbccddeeff"),
        CreatedDate: 1_795_151_558_129,
        PayloadType.Output);

    public static byte[] Write(ReadOnlySpan<byte> payload) => Write(Header, payload);

    public static byte[] Write(ClientMessageHeader header, ReadOnlySpan<byte> payload)
    {
        var bytes = new byte[ClientMessageWriter.MessageSize(payload.Length)];
        Assert.Equal(bytes.Length, ClientMessageWriter.Write(bytes, header, payload));
        return bytes;
    }

    public static byte[] With(this byte[] message, int offset, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(offset), value);
        return message;
    }

    public static byte[] With(this byte[] message, int offset, ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(message.AsSpan(offset), value);
        return message;
    }

    public static byte[] WithType(this byte[] message, ReadOnlySpan<byte> text, byte padding)
    {
        var field = message.AsSpan(MessageTypeOffset, MessageTypeSize);
        field.Fill(padding);
        text.CopyTo(field);
        return message;
    }

    public static ClientMessageError ErrorOf(ReadOnlySpan<byte> bytes) => ClientMessageReader.Read(bytes, out _);

    /// <summary>Reads what must be a message.</summary>
    public static ClientMessage Read(ReadOnlySpan<byte> bytes)
    {
        Assert.Equal(ClientMessageError.None, ClientMessageReader.Read(bytes, out var message));
        return message;
    }

    /// <summary>
    /// Reads what may be anything, and checks what holds of every result: a refused message shows nothing of its bytes, an accepted one
    /// ends where its bytes end.
    /// </summary>
    public static ClientMessageError ReadAnything(ReadOnlySpan<byte> bytes)
    {
        var error = ClientMessageReader.Read(bytes, out var message);
        if (error == ClientMessageError.None)
        {
            Assert.True(bytes.EndsWith(message.Payload));
            Assert.False(message.MessageTypeUtf8.IsEmpty);
            Assert.NotEqual(0UL, message.CreatedDate);
        }
        else
        {
            Assert.True(Enum.IsDefined(error));
            Assert.True(error == ClientMessageError.DigestMismatch || message.Payload.IsEmpty);
        }

        return error;
    }
}
