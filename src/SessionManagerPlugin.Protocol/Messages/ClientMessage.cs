using System.Security.Cryptography;

namespace SessionManagerPlugin.Protocol.Messages;

/// <summary>
/// A client message that was read: a view over the bytes that it was read from, valid as long as they are. Reading copies and
/// allocates nothing.
/// </summary>
public readonly ref struct ClientMessage
{
    internal ClientMessage(
        ClientMessageHeader header,
        uint schemaVersion,
        ReadOnlySpan<byte> messageTypeText,
        ReadOnlySpan<byte> payloadDigest,
        ReadOnlySpan<byte> payload)
    {
        Header = header;
        SchemaVersion = schemaVersion;
        MessageTypeUtf8 = messageTypeText;
        PayloadDigest = payloadDigest;
        Payload = payload;
    }

    /// <summary>The fields of the header that a writer chooses.</summary>
    public ClientMessageHeader Header { get; }

    /// <summary>What the message is; <see cref="MessageType.Unknown"/> when only <see cref="MessageTypeUtf8"/> can say.</summary>
    public MessageType MessageType => Header.MessageType;

    /// <summary>The message type's text without its padding.</summary>
    public ReadOnlySpan<byte> MessageTypeUtf8 { get; }

    /// <summary>The schema version; not checked, 1 in every message seen.</summary>
    public uint SchemaVersion { get; }

    /// <summary>Milliseconds since the Unix epoch; never 0.</summary>
    public ulong CreatedDate => Header.CreatedDate;

    /// <summary>The place in the sender's stream. Any value can come from the wire, a negative one too.</summary>
    public long SequenceNumber => Header.SequenceNumber;

    /// <summary>The flags.</summary>
    public MessageFlags Flags => Header.Flags;

    /// <summary>The id by which the message is acknowledged.</summary>
    public Guid MessageId => Header.MessageId;

    /// <summary>What the payload is. Any value can come from the wire.</summary>
    public PayloadType PayloadType => Header.PayloadType;

    /// <summary>The 32 bytes that the sender gave as the payload's SHA-256.</summary>
    public ReadOnlySpan<byte> PayloadDigest { get; }

    /// <summary>The payload.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>
    /// Whether a sender is held to its digest: not for an empty payload, and not for publication messages, which carry zeros.
    /// </summary>
    private bool IsDigestChecked =>
        !Payload.IsEmpty && MessageType is not (MessageType.StartPublication or MessageType.PausePublication);

    /// <summary>Whether the payload is the one that the sender made the digest of. Hashes the payload.</summary>
    public bool IsDigestValid()
    {
        if (!IsDigestChecked)
        {
            return true;
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Payload, digest);
        return digest.SequenceEqual(PayloadDigest);
    }
}
