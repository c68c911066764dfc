namespace SessionManagerPlugin.Protocol.Payloads;

/// <summary>The session types of the handshake.</summary>
public static class SessionTypeName
{
    /// <summary>A login shell on a pseudo-terminal.</summary>
    public const string StandardStream = "Standard_Stream";

    /// <summary>One command on a pseudo-terminal.</summary>
    public const string InteractiveCommands = "InteractiveCommands";

    /// <summary>One command without a terminal.</summary>
    public const string NonInteractiveCommands = "NonInteractiveCommands";

    /// <summary>Port forwarding.</summary>
    public const string Port = "Port";
}
