using System.Buffers.Text;
using System.Text.Json;
using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Protocol.Payloads;

/// <summary>
/// The payload of an <see cref="MessageType.Acknowledge"/> message. There is one for every stream message, so it is read and written
/// without allocating, apart from the serializer that serves the other payloads.
/// </summary>
/// <param name="AcknowledgedMessageType">The type of the message that was received.</param>
/// <param name="AcknowledgedMessageId">Its id.</param>
/// <param name="SequenceNumber">Its sequence number.</param>
public readonly record struct Acknowledgement(MessageType AcknowledgedMessageType, Guid AcknowledgedMessageId, long SequenceNumber)
{
    /// <summary>The largest payload that <see cref="Write"/> writes, in bytes.</summary>
    public const int MaxSize = 256;

    private const int UuidTextLength = 36;

    /// <summary>Writes the payload, byte for byte as the public client and agent do.</summary>
    /// <param name="destination">At least <see cref="MaxSize"/> bytes.</param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public int Write(Span<byte> destination)
    {
        if (destination.Length < MaxSize)
        {
            throw new ArgumentException($"An acknowledgement takes up to {MaxSize} bytes.", nameof(destination));
        }

        var position = 0;
        Append(destination, ref position, "{\"AcknowledgedMessageType\":\""u8);
        Append(destination, ref position, MessageTypeText.ToUtf8(AcknowledgedMessageType));
        Append(destination, ref position, "\",\"AcknowledgedMessageId\":\""u8);
        _ = Utf8Formatter.TryFormat(AcknowledgedMessageId, destination[position..], out var written, 'D');
        position += written;
        Append(destination, ref position, "\",\"AcknowledgedMessageSequenceNumber\":"u8);
        _ = Utf8Formatter.TryFormat(SequenceNumber, destination[position..], out written);
        position += written;
        Append(destination, ref position, ",\"IsSequentialMessage\":true}"u8);
        return position;
    }

    /// <summary>
    /// Reads the payload. False when it is not JSON of this form or has no sequence number. Members in any order; unknown ones are
    /// skipped.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out Acknowledgement acknowledgement)
    {
        try
        {
            return TryReadCore(payload, out acknowledgement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is what the reader throws when a name's escapes are no UTF-16 ("\ud800" alone).
            acknowledgement = default;
            return false;
        }
    }

    private static bool TryReadCore(ReadOnlySpan<byte> payload, out Acknowledgement acknowledgement)
    {
        acknowledgement = default;
        var reader = new Utf8JsonReader(payload);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        var type = MessageType.Unknown;
        var id = Guid.Empty;
        long? sequenceNumber = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("AcknowledgedMessageType"u8))
            {
                if (!TryReadType(ref reader, out type))
                {
                    return false;
                }
            }
            else if (reader.ValueTextEquals("AcknowledgedMessageId"u8))
            {
                if (!TryReadId(ref reader, out id))
                {
                    return false;
                }
            }
            else if (reader.ValueTextEquals("AcknowledgedMessageSequenceNumber"u8))
            {
                if (!reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number))
                {
                    return false;
                }

                sequenceNumber = number;
            }
            else
            {
                reader.Skip();
            }
        }

        // The reader must have come to the end of the one object, with nothing behind it.
        if (reader.TokenType != JsonTokenType.EndObject || reader.Read() || sequenceNumber is not { } sequence)
        {
            return false;
        }

        acknowledgement = new Acknowledgement(type, id, sequence);
        return true;
    }

    private static bool TryReadType(ref Utf8JsonReader reader, out MessageType type)
    {
        type = MessageType.Unknown;
        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        type = reader.ValueIsEscaped ? MessageType.Unknown : MessageTypeText.FromUtf8(reader.ValueSpan);
        return true;
    }

    private static bool TryReadId(ref Utf8JsonReader reader, out Guid id)
    {
        id = Guid.Empty;
        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        // An id that is not a UUID is no reason to drop an acknowledgement: the sequence number says which message is meant.
        if (reader.ValueSpan.Length == UuidTextLength
            && Utf8Parser.TryParse(reader.ValueSpan, out Guid parsed, out var consumed, 'D')
            && consumed == UuidTextLength)
        {
            id = parsed;
        }

        return true;
    }

    private static void Append(Span<byte> destination, ref int position, ReadOnlySpan<byte> text)
    {
        text.CopyTo(destination[position..]);
        position += text.Length;
    }
}
