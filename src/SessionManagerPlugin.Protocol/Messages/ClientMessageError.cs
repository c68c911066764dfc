namespace SessionManagerPlugin.Protocol.Messages;

/// <summary>Why bytes are not a client message.</summary>
public enum ClientMessageError
{
    /// <summary>They are one.</summary>
    None = 0,

    /// <summary>Shorter than the smallest header.</summary>
    TooShort,

    /// <summary>HeaderLength cuts through the header's fields or points behind the message.</summary>
    HeaderLengthOutOfRange,

    /// <summary>PayloadLength is not the number of bytes that follow the header.</summary>
    PayloadLengthMismatch,

    /// <summary>MessageType is empty.</summary>
    MessageTypeEmpty,

    /// <summary>CreatedDate is 0.</summary>
    CreatedDateZero,

    /// <summary>PayloadDigest is not the SHA-256 of the payload.</summary>
    DigestMismatch,
}
