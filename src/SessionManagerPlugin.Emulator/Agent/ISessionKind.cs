namespace SessionManagerPlugin.Emulator.Agent;

/// <summary>A kind of session that the agent has: what it announces, and how it is started.</summary>
internal interface ISessionKind
{
    /// <summary>The name in the handshake, one of <see cref="Protocol.Payloads.SessionTypeName"/>.</summary>
    string SessionType { get; }

    /// <summary>Whether an agent of version 3.3 begins it with a handshake.</summary>
    bool RequiresHandshake { get; }

    /// <summary>Starts the session's work: its shell, command or connection.</summary>
    /// <param name="channel">Where its output goes. Nothing is sent before <see cref="ISessionWork.RunAsync"/>.</param>
    /// <exception cref="IOException">It cannot be started.</exception>
    ISessionWork Start(AgentDataChannel channel);
}
