using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Emulator.Agent;

namespace SessionManagerPlugin.Emulator.Service;

/// <summary>The documents that this service knows, and the kind of session that each one is.</summary>
internal static class SessionDocuments
{
    private const string CommandParameter = "command";

    /// <summary>Finds the kind of session that a request asks for.</summary>
    /// <exception cref="ServiceException">The document is not known, or a parameter is missing.</exception>
    internal static ISessionKind Resolve(StartSessionRequest request, string sessionId, AgentOptions options, ILogger logger) =>
        request.DocumentName switch
        {
            null or "" or "SSM-SessionManagerRunShell" => TerminalSessionKind.Shell(sessionId, options, logger),
            "AWS-StartInteractiveCommand" => TerminalSessionKind.Command(sessionId, Command(request), logger),
            "AWS-StartNonInteractiveCommand" => new CommandSessionKind(sessionId, Command(request), logger),
            "AWS-StartPortForwardingSession"
                or "AWS-StartPortForwardingSessionToRemoteHost"
                or "AWS-StartPortForwardingSessionToSocket"
                or "AWS-StartSSHSession" => throw new ServiceException(ServiceError.NoPorts(request.DocumentName)),
            _ => throw new ServiceException(ServiceError.UnknownDocument(request.DocumentName)),
        };

    private static string Command(StartSessionRequest request) =>
        request.Parameters?.GetValueOrDefault(CommandParameter) is [{ Length: > 0 } command, ..]
            ? command
            : throw new ServiceException(ServiceError.MissingParameter(CommandParameter));
}
