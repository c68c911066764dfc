using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SessionManagerPlugin.Protocol.Messages;

using static ClientMessageLayout;

/// <summary>
/// Writes client messages with the standard header. The payload is put at <see cref="ClientMessageLayout.PayloadOffset"/> first, by
/// whoever has it (a read from a socket goes straight there), and the header is written in front of it.
/// </summary>
public static class ClientMessageWriter
{
    private const byte MessageTypePadding = (byte)' ';

    /// <summary>The size of a message in bytes.</summary>
    public static int MessageSize(int payloadLength) => checked(PayloadOffset + payloadLength);

    /// <summary>
    /// Writes the header, digest included, in front of a payload that is in place.
    /// </summary>
    /// <param name="message">The whole message: room for the header, then the payload to its end.</param>
    /// <param name="header">The fields of the header.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="message"/> is shorter than a header, or the message type has no text.
    /// </exception>
    public static void WriteHeader(Span<byte> message, in ClientMessageHeader header)
    {
        if (message.Length < PayloadOffset)
        {
            throw new ArgumentException($"A client message takes at least {PayloadOffset} bytes.", nameof(message));
        }

        var typeText = MessageTypeText.ToUtf8(header.MessageType);
        if (typeText.IsEmpty)
        {
            throw new ArgumentException("A message of an unknown type cannot be written.", nameof(header));
        }

        var payload = message[PayloadOffset..];
        BinaryPrimitives.WriteUInt32BigEndian(message[HeaderLengthOffset..], StandardHeaderLength);

        var typeField = message.Slice(MessageTypeOffset, MessageTypeSize);
        typeText.CopyTo(typeField);
        typeField[typeText.Length..].Fill(MessageTypePadding);

        BinaryPrimitives.WriteUInt32BigEndian(message[SchemaVersionOffset..], SchemaVersion);
        BinaryPrimitives.WriteUInt64BigEndian(message[CreatedDateOffset..], header.CreatedDate);
        BinaryPrimitives.WriteInt64BigEndian(message[SequenceNumberOffset..], header.SequenceNumber);
        BinaryPrimitives.WriteUInt64BigEndian(message[FlagsOffset..], (ulong)header.Flags);
        MessageId.Write(message.Slice(MessageIdOffset, MessageId.Size), header.MessageId);
        SHA256.HashData(payload, message.Slice(PayloadDigestOffset, PayloadDigestSize));
        BinaryPrimitives.WriteUInt32BigEndian(message[PayloadTypeOffset..], (uint)header.PayloadType);
        BinaryPrimitives.WriteUInt32BigEndian(message[PayloadLengthOffset..], (uint)payload.Length);
    }

    /// <summary>Copies a payload into place and writes the header in front of it.</summary>
    /// <param name="destination">At least <see cref="MessageSize"/> bytes. It may not overlap <paramref name="payload"/>.</param>
    /// <param name="header">The fields of the header.</param>
    /// <param name="payload">The payload.</param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short, or the message type has no text.</exception>
    public static int Write(Span<byte> destination, in ClientMessageHeader header, ReadOnlySpan<byte> payload)
    {
        var size = MessageSize(payload.Length);
        if (destination.Length < size)
        {
            throw new ArgumentException($"The message takes {size} bytes; there are {destination.Length}.", nameof(destination));
        }

        var message = destination[..size];
        payload.CopyTo(message[PayloadOffset..]);
        WriteHeader(message, header);
        return size;
    }
}
