namespace SessionManagerPlugin.Protocol.Payloads;

/// <summary>The payload of a channel_closed message: the service ended the session.</summary>
public sealed record ChannelClosed
{
    /// <summary>The message's id.</summary>
    public string? MessageId { get; init; }

    /// <summary>When it was made, as text.</summary>
    public string? CreatedDate { get; init; }

    /// <summary>Whom it is for.</summary>
    public string? DestinationId { get; init; }

    /// <summary>The session that ended.</summary>
    public string? SessionId { get; init; }

    /// <summary>The message type once more.</summary>
    public string? MessageType { get; init; }

    /// <summary>The schema version.</summary>
    public int SchemaVersion { get; init; }

    /// <summary>Empty at a normal end; otherwise why the session ended, in words for the user.</summary>
    public string? Output { get; init; }
}
