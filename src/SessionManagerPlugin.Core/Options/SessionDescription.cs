namespace SessionManagerPlugin.Core.Options;

/// <summary>The session to open: what StartSession answered, and what the caller knows of it.</summary>
public sealed record SessionDescription
{
    /// <summary>The session's id.</summary>
    public required string SessionId { get; init; }

    /// <summary>The gateway's address, ws or wss. It can carry a signature, so only its host is ever shown.</summary>
    public required Uri StreamUrl { get; init; }

    /// <summary>The token that opens the data channel. A secret.</summary>
    public required string TokenValue { get; init; }

    /// <summary>A UUID that names this client for the whole session.</summary>
    public required string ClientId { get; init; }

    /// <summary>The target that the session is on, when the caller knows it.</summary>
    public string? Target { get; init; }

    /// <summary>
    /// The session type to take when the agent performs no handshake; null is a shell. A handshake's own word goes before it.
    /// </summary>
    public string? SessionType { get; init; }

    /// <summary>Names the session without its secrets.</summary>
    public override string ToString() => $"session {SessionId} at {StreamUrl.Host}";
}
