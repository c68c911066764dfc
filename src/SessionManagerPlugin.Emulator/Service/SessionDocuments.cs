using System.Globalization;
using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Emulator.Agent;
using SessionManagerPlugin.Emulator.Agent.TestDocuments;

namespace SessionManagerPlugin.Emulator.Service;

/// <summary>The documents that this service knows, and the kind of session that each one is.</summary>
internal static class SessionDocuments
{
    private const string CommandParameter = "command";

    /// <summary>Finds the kind of session that a request asks for.</summary>
    /// <exception cref="ServiceException">The document is not known, or a parameter is missing or wrong.</exception>
    internal static ISessionKind Resolve(StartSessionRequest request, string sessionId, AgentOptions options, ILogger logger)
    {
        return request.DocumentName switch
        {
            null or "" or "SSM-SessionManagerRunShell" => TerminalSessionKind.Shell(sessionId, options, logger),
            "AWS-StartInteractiveCommand" => TerminalSessionKind.Command(sessionId, Command(request), logger),
            "AWS-StartNonInteractiveCommand" => new CommandSessionKind(sessionId, Command(request), logger),
            "Test-Sink" => Sink(Bytes(request)),
            "Test-Source" => Source(Bytes(request), Seed(request)),
            "Test-Echo" => Echo(Bytes(request)),
            "AWS-StartPortForwardingSession"
                or "AWS-StartPortForwardingSessionToRemoteHost"
                or "AWS-StartPortForwardingSessionToSocket"
                or "AWS-StartSSHSession" => throw new ServiceException(ServiceError.NoPorts(request.DocumentName)),
            _ => throw new ServiceException(ServiceError.UnknownDocument(request.DocumentName)),
        };

        TestSessionKind Sink(long bytes) => new(sessionId, channel => new TestSink(channel, bytes), logger);
        TestSessionKind Source(long bytes, ulong seed) => new(sessionId, channel => new TestSource(channel, bytes, seed), logger);
        TestSessionKind Echo(long bytes) => new(sessionId, channel => new TestEcho(channel, bytes), logger);
    }

    private static string Command(StartSessionRequest request) => Find(request, CommandParameter) ?? throw Missing(CommandParameter);

    private static long Bytes(StartSessionRequest request) => (long?)Number(request, "bytes", long.MaxValue) ?? throw Missing("bytes");

    private static ulong Seed(StartSessionRequest request) => Number(request, "seed", ulong.MaxValue) ?? 0;

    private static ulong? Number(StartSessionRequest request, string name, ulong max)
    {
        if (Find(request, name) is not { } text)
        {
            return null;
        }

        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max
            ? number
            : throw new ServiceException(ServiceError.NotANumber(name));
    }

    private static string? Find(StartSessionRequest request, string name) =>
        request.Parameters?.GetValueOrDefault(name) is [{ Length: > 0 } value, ..] ? value : null;

    private static ServiceException Missing(string name) => new(ServiceError.MissingParameter(name));
}
