using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Emulator.Faults;
using SessionManagerPlugin.Emulator.Pty;
using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Emulator;

/// <summary>Everything that is logged. Never a token, never a session's data.</summary>
internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Operation}: {Status}")]
    internal static partial void ServiceCall(this ILogger logger, string operation, int status);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Path}: {Status} {Reason}")]
    internal static partial void RequestRefused(this ILogger logger, string method, string path, int status, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A connection ended: {Reason}")]
    internal static partial void ConnectionEnded(this ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A connection failed")]
    internal static partial void ConnectionFailed(this ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The listener failed: no connection is accepted any more")]
    internal static partial void ListenerFailed(this ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{SessionId}: {SessionType} session for {Target}")]
    internal static partial void SessionStarted(this ILogger logger, string sessionId, string sessionType, string target);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{SessionId}: ended, output \"{Output}\"")]
    internal static partial void SessionEnded(this ILogger logger, string sessionId, string output);

    [LoggerMessage(Level = LogLevel.Error, Message = "{SessionId}: the agent failed")]
    internal static partial void AgentFailed(this ILogger logger, Exception exception, string sessionId);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{SessionId}: no client for {Limit}")]
    internal static partial void SessionAbandoned(this ILogger logger, string sessionId, TimeSpan limit);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{SessionId}: client {ClientId} of version {ClientVersion} connected")]
    internal static partial void ClientConnected(this ILogger logger, string sessionId, string clientId, string clientVersion);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{SessionId}: the client's connection ended: {Reason}")]
    internal static partial void ClientDisconnected(this ILogger logger, string sessionId, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{SessionId}: a newer connection takes the place of the client's")]
    internal static partial void ClientReplaced(this ILogger logger, string sessionId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{SessionId}: connection refused: {Reason}")]
    internal static partial void OpeningRefused(this ILogger logger, string sessionId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{SessionId}: dropped a malformed message of {Size} bytes: {Error}")]
    internal static partial void MalformedMessage(this ILogger logger, string sessionId, int size, ClientMessageError error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{SessionId}: dropped a text message of {Size} bytes")]
    internal static partial void TextDropped(this ILogger logger, string sessionId, int size);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{SessionId}: dropped an unexpected message of type {Type}")]
    internal static partial void UnexpectedMessage(this ILogger logger, string sessionId, MessageType type);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{SessionId}: malformed {What}: {Error}")]
    internal static partial void MalformedPayload(this ILogger logger, string sessionId, string what, string error);

    [LoggerMessage(Level = LogLevel.Trace, Message = "{SessionId}: message {SequenceNumber} came again")]
    internal static partial void Duplicate(this ILogger logger, string sessionId, long sequenceNumber);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{SessionId}: message {SequenceNumber} came during the handshake and is lost")]
    internal static partial void InputDuringHandshake(this ILogger logger, string sessionId, long sequenceNumber);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{SessionId}: message {SequenceNumber} could not be taken: {Reason}")]
    internal static partial void InputRefused(this ILogger logger, string sessionId, long sequenceNumber, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{SessionId}: ignored input of type {Type}")]
    internal static partial void InputIgnored(this ILogger logger, string sessionId, PayloadType type);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{SessionId}: ignored the flag {Flag}")]
    internal static partial void FlagIgnored(this ILogger logger, string sessionId, SessionFlag flag);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{SessionId}: the client states version {Version}")]
    internal static partial void ClientVersion(this ILogger logger, string sessionId, string? version);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{SessionId}: process {ProcessId} started")]
    internal static partial void ProcessStarted(this ILogger logger, string sessionId, int processId);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{SessionId}: process {ProcessId} ended with {Status}")]
    internal static partial void ProcessExited(this ILogger logger, string sessionId, int processId, ExitStatus status);

    [LoggerMessage(Level = LogLevel.Information, Message = "--faults {Spec}")]
    internal static partial void FaultsChosen(this ILogger logger, FaultSpec spec);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{SessionId}: fault: {Fault}")]
    internal static partial void FaultHappened(this ILogger logger, string sessionId, Fault fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "{SessionId}: faults: {Counters}")]
    internal static partial void FaultsCounted(this ILogger logger, string sessionId, FaultCounters counters);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{SessionId}: ends with output that the client has not acknowledged")]
    internal static partial void NotFlushed(this ILogger logger, string sessionId);
}
