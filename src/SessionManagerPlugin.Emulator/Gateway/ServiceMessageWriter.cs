using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Emulator.Gateway;

/// <summary>
/// Writes the messages that the service itself sends, in the service's own form: the message type is padded with NULs, and channel_closed
/// has a header of 112 bytes. Written apart from the protocol library's writer, so that a mistake there is not made here too.
/// </summary>
/// <remarks>
/// <code>
///   0   4  HeaderLength     112 (channel_closed) or 116
///   4  32  MessageType      padded with NULs
///  36   4  SchemaVersion    1
///  40   8  CreatedDate      milliseconds since the Unix epoch
///  48   8  SequenceNumber   0
///  56   8  Flags            3
///  64  16  MessageId        the last 8 bytes first
///  80  32  PayloadDigest    zeros in publication messages
/// 112   4  PayloadType      not when HeaderLength is 112
///       4  PayloadLength    at HeaderLength
///       n  Payload
/// </code>
/// The short header and the NULs are the live service's, as it was described; the values of CreatedDate and DestinationId, the payload of
/// start_publication (none) and its flags are guesses: no capture of the service's own messages was at hand.
/// </remarks>
internal static class ServiceMessageWriter
{
    private const int ShortHeaderLength = 112;
    private const int LongHeaderLength = 116;
    private const uint SchemaVersion = 1;
    private const ulong SynAndFin = 3;

    /// <summary>The message that ends a session at its client.</summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="output">Why it ended, for the user; empty at a normal end.</param>
    /// <param name="now">The time.</param>
    internal static byte[] ChannelClosed(string sessionId, string output, DateTimeOffset now)
    {
        var messageId = Guid.NewGuid();
        var payload = PayloadJson.Write(
            new ChannelClosed
            {
                MessageId = messageId.ToString(),
                CreatedDate = now.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
                DestinationId = sessionId,
                SessionId = sessionId,
                MessageType = "channel_closed",
                SchemaVersion = (int)SchemaVersion,
                Output = output,
            },
            PayloadJson.ChannelClosed);
        var message = Write(ShortHeaderLength, MessageType.ChannelClosed, messageId, now, payload);
        SHA256.HashData(payload, message.AsSpan(80, 32));
        return message;
    }

    /// <summary>The message that says that the agent's side is active.</summary>
    internal static byte[] StartPublication(DateTimeOffset now) =>
        Write(LongHeaderLength, MessageType.StartPublication, Guid.NewGuid(), now, payload: []);

    private static byte[] Write(int headerLength, MessageType type, Guid messageId, DateTimeOffset now, ReadOnlySpan<byte> payload)
    {
        var message = new byte[headerLength + 4 + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(message, (uint)headerLength);
        MessageTypeText.ToUtf8(type).CopyTo(message.AsSpan(4));
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(36), SchemaVersion);
        BinaryPrimitives.WriteUInt64BigEndian(message.AsSpan(40), (ulong)now.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteUInt64BigEndian(message.AsSpan(56), SynAndFin);

        var id = messageId.ToByteArray(bigEndian: true);
        id.AsSpan(8).CopyTo(message.AsSpan(64));
        id.AsSpan(0, 8).CopyTo(message.AsSpan(72));

        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(headerLength), (uint)payload.Length);
        payload.CopyTo(message.AsSpan(headerLength + 4));
        return message;
    }
}
