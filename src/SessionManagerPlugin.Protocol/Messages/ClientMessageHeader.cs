namespace SessionManagerPlugin.Protocol.Messages;

/// <summary>
/// The fields that a writer of a client message chooses. The lengths and the digest follow from the payload.
/// </summary>
/// <param name="MessageType">What the message is; not <see cref="MessageType.Unknown"/>.</param>
/// <param name="SequenceNumber">The place in the sender's stream, from 0; 0 for messages outside it.</param>
/// <param name="Flags">The flags.</param>
/// <param name="MessageId">The id by which the message is acknowledged.</param>
/// <param name="CreatedDate">Milliseconds since the Unix epoch; not 0.</param>
/// <param name="PayloadType">What the payload is.</param>
public readonly record struct ClientMessageHeader(
    MessageType MessageType,
    long SequenceNumber,
    MessageFlags Flags,
    Guid MessageId,
    ulong CreatedDate,
    PayloadType PayloadType);
