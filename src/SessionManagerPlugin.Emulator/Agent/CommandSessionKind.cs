using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Emulator.Pty;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Emulator.Agent;

/// <summary>Sessions of one command without a terminal.</summary>
internal sealed class CommandSessionKind(string sessionId, string command, ILogger logger) : ISessionKind
{
    /// <inheritdoc/>
    public string SessionType => SessionTypeName.NonInteractiveCommands;

    /// <inheritdoc/>
    public bool RequiresHandshake => true;

    /// <inheritdoc/>
    public ISessionWork Start(AgentDataChannel channel) =>
        new CommandSession(sessionId, channel, PipeProcess.Start(SessionEnvironment.ShellCommand(command)), logger);
}
