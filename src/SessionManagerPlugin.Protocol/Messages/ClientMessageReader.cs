using System.Buffers.Binary;

namespace SessionManagerPlugin.Protocol.Messages;

using static ClientMessageLayout;

/// <summary>
/// Reads client messages. A pure function over bytes from the wire: any input gives a message or a <see cref="ClientMessageError"/>,
/// never an exception and never a read outside the input.
/// </summary>
public static class ClientMessageReader
{
    /// <summary>
    /// Reads one whole message and checks it, its digest included.
    /// </summary>
    /// <param name="source">One whole WebSocket message. The result borrows it.</param>
    /// <param name="message">The message, when the result is <see cref="ClientMessageError.None"/>.</param>
    /// <returns>What is wrong with the bytes, the first thing found.</returns>
    public static ClientMessageError Read(ReadOnlySpan<byte> source, out ClientMessage message)
    {
        message = default;
        if (source.Length < ShortHeaderLength + PayloadLengthSize)
        {
            return ClientMessageError.TooShort;
        }

        // The lengths are the sender's word. They are compared as 64-bit numbers, where nothing can wrap around, and before any use.
        long headerLength = BinaryPrimitives.ReadUInt32BigEndian(source[HeaderLengthOffset..]);
        var payloadOffset = headerLength + PayloadLengthSize;
        if (payloadOffset > source.Length || !IsHeaderLengthKnown(headerLength))
        {
            return ClientMessageError.HeaderLengthOutOfRange;
        }

        var payload = source[(int)payloadOffset..];
        if (!IsPayloadLength(source[(int)headerLength..], payload)
            && !(headerLength > StandardHeaderLength && IsPayloadLength(source[PayloadLengthOffset..], payload)))
        {
            return ClientMessageError.PayloadLengthMismatch;
        }

        var typeText = MessageTypeText.Trim(source.Slice(MessageTypeOffset, MessageTypeSize));
        if (typeText.IsEmpty)
        {
            return ClientMessageError.MessageTypeEmpty;
        }

        var createdDate = BinaryPrimitives.ReadUInt64BigEndian(source[CreatedDateOffset..]);
        if (createdDate == 0)
        {
            return ClientMessageError.CreatedDateZero;
        }

        var fields = new ClientMessageHeader(
            MessageTypeText.FromUtf8(typeText),
            BinaryPrimitives.ReadInt64BigEndian(source[SequenceNumberOffset..]),
            (MessageFlags)BinaryPrimitives.ReadUInt64BigEndian(source[FlagsOffset..]),
            MessageId.Read(source.Slice(MessageIdOffset, MessageId.Size)),
            createdDate,
            headerLength >= StandardHeaderLength
                ? (PayloadType)BinaryPrimitives.ReadUInt32BigEndian(source[PayloadTypeOffset..])
                : PayloadType.None);

        message = new ClientMessage(
            fields,
            BinaryPrimitives.ReadUInt32BigEndian(source[SchemaVersionOffset..]),
            typeText,
            source.Slice(PayloadDigestOffset, PayloadDigestSize),
            payload);

        return message.IsDigestValid() ? ClientMessageError.None : ClientMessageError.DigestMismatch;
    }

    private static bool IsHeaderLengthKnown(long headerLength) => headerLength is ShortHeaderLength or >= StandardHeaderLength;

    private static bool IsPayloadLength(ReadOnlySpan<byte> field, ReadOnlySpan<byte> payload) =>
        BinaryPrimitives.ReadUInt32BigEndian(field) == (uint)payload.Length;
}
