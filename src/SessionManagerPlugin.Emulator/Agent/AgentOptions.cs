namespace SessionManagerPlugin.Emulator.Agent;

/// <summary>How the agent behaves.</summary>
internal sealed record AgentOptions
{
    /// <summary>The version that the agent states in its handshake.</summary>
    internal string Version { get; init; } = "3.3.3572.0";

    /// <summary>Where the agent cuts its payloads, in bytes.</summary>
    internal int PayloadSize { get; init; } = AgentDataChannel.UsualPayloadSize;

    /// <summary>What the agent sends again.</summary>
    internal ResendMode Resend { get; init; } = ResendMode.Oldest;

    /// <summary>How long the end of a session waits for its last output to be acknowledged.</summary>
    internal TimeSpan FlushTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The shell of shell sessions; null takes the user's own.</summary>
    internal string? Shell { get; init; }

    /// <summary>Which sessions begin with a handshake.</summary>
    internal HandshakeMode Handshake { get; init; } = HandshakeMode.Auto;

    /// <summary>What the handshake's end tells the user.</summary>
    internal string CustomerMessage { get; init; } = "";

    /// <summary>Further actions that the handshake asks for, which no client knows.</summary>
    internal IReadOnlyList<string> RequestedActions { get; init; } = [];

    /// <summary>The session type that the handshake states instead of the true one; null states that.</summary>
    internal string? SessionType { get; init; }
}
