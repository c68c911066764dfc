using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Emulator.Pty;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Emulator.Agent;

/// <summary>Sessions on a pseudo-terminal: a login shell, or one command.</summary>
internal sealed class TerminalSessionKind : ISessionKind
{
    private readonly string _sessionId;
    private readonly SpawnOptions _command;
    private readonly ILogger _logger;

    private TerminalSessionKind(string sessionId, string sessionType, SpawnOptions command, ILogger logger)
    {
        _sessionId = sessionId;
        SessionType = sessionType;
        _command = command;
        _logger = logger;
    }

    /// <inheritdoc/>
    public string SessionType { get; }

    /// <summary>None, for a command on a terminal neither: the agent's source says so, against what one would expect.</summary>
    public bool RequiresHandshake => false;

    /// <summary>A shell.</summary>
    internal static TerminalSessionKind Shell(string sessionId, AgentOptions options, ILogger logger) => new(
        sessionId,
        SessionTypeName.StandardStream,
        new SpawnOptions(options.Shell ?? SessionEnvironment.UserShell()) { Environment = SessionEnvironment.Create() },
        logger);

    /// <summary>One command.</summary>
    internal static TerminalSessionKind Command(string sessionId, string command, ILogger logger) => new(
        sessionId,
        SessionTypeName.InteractiveCommands,
        SessionEnvironment.ShellCommand(command),
        logger);

    /// <inheritdoc/>
    public ISessionWork Start(AgentDataChannel channel) =>
        new TerminalSession(_sessionId, channel, PtyProcess.Start(_command), _logger);
}
