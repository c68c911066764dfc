namespace SessionManagerPlugin.Protocol.Payloads;

/// <summary>What the agent tells the service of its session, in an agent_session_state message.</summary>
/// <param name="SchemaVersion">Always 1.</param>
/// <param name="SessionState"><see cref="Connected"/> or <see cref="Terminating"/>.</param>
/// <param name="SessionId">The session.</param>
public sealed record AgentSessionState(int SchemaVersion, string? SessionState, string? SessionId)
{
    /// <summary>The agent's data channel is open.</summary>
    public const string Connected = "Connected";

    /// <summary>The session's work is done: the service closes the channel.</summary>
    public const string Terminating = "Terminating";
}
