namespace SessionManagerPlugin.Protocol.Messages;

/// <summary>
/// Where each field of a client message stands. All integers are big-endian.
/// </summary>
/// <remarks>
/// <code>
///   0   4  HeaderLength     116: the payload starts at HeaderLength + 4
///   4  32  MessageType      text, padded on the right with spaces or NULs
///  36   4  SchemaVersion    1
///  40   8  CreatedDate      milliseconds since the Unix epoch, never 0
///  48   8  SequenceNumber   signed
///  56   8  Flags            bit 0 SYN, bit 1 FIN
///  64  16  MessageId        UUID, the last 8 bytes first
///  80  32  PayloadDigest    SHA-256 of the payload
/// 112   4  PayloadType
/// 116   4  PayloadLength
/// 120   n  Payload
/// </code>
/// The service's own channel_closed has a HeaderLength of 112: it lacks PayloadType, and PayloadLength stands at 112. So PayloadLength is
/// looked for at HeaderLength, directly in front of the payload; a header longer than 116 may also have it at 116, where the table has it.
///
/// Source: the client message of the public Session Manager client and of the public agent, and messages captured from both.
/// </remarks>
public static class ClientMessageLayout
{
    internal const int HeaderLengthOffset = 0;
    internal const int MessageTypeOffset = 4;
    internal const int MessageTypeSize = 32;
    internal const int SchemaVersionOffset = 36;
    internal const int CreatedDateOffset = 40;
    internal const int SequenceNumberOffset = 48;
    internal const int FlagsOffset = 56;
    internal const int MessageIdOffset = 64;
    internal const int PayloadDigestOffset = 80;
    internal const int PayloadDigestSize = 32;
    internal const int PayloadTypeOffset = 112;
    internal const int PayloadLengthOffset = 116;
    internal const int PayloadLengthSize = 4;

    /// <summary>The HeaderLength of a message without PayloadType.</summary>
    internal const int ShortHeaderLength = PayloadTypeOffset;

    /// <summary>The HeaderLength that everyone writes: the bytes in front of PayloadLength.</summary>
    public const int StandardHeaderLength = PayloadLengthOffset;

    /// <summary>The bytes in front of the payload of a message with the standard header: 120.</summary>
    public const int PayloadOffset = PayloadLengthOffset + PayloadLengthSize;

    /// <summary>The schema version of every message that is written: 1.</summary>
    public const uint SchemaVersion = 1;
}
