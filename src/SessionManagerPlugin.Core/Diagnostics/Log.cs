using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Core.Diagnostics;

/// <summary>Every line that Core logs. None holds a token, a key, a URL's query or session data.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Connecting to {Host}")]
    public static partial void Connecting(ILogger logger, string host);

    [LoggerMessage(2, LogLevel.Information, "Connected to {Host} after {Milliseconds:0.0} ms")]
    public static partial void Connected(ILogger logger, string host, double milliseconds);

    [LoggerMessage(3, LogLevel.Warning, "Attempt {Attempt} of {Count} to connect failed: {Reason}; next in {DelayMilliseconds:0} ms")]
    public static partial void ConnectAttemptFailed(ILogger logger, int attempt, int count, string reason, double delayMilliseconds);

    [LoggerMessage(4, LogLevel.Warning, "Dropped {Size} bytes that are not a client message: {Error}")]
    public static partial void MalformedMessage(ILogger logger, int size, ClientMessageError error);

    [LoggerMessage(5, LogLevel.Warning, "Dropped a message of an unexpected type: {MessageType}")]
    public static partial void UnexpectedMessage(ILogger logger, MessageType messageType);

    [LoggerMessage(6, LogLevel.Debug, "Received {MessageType}")]
    public static partial void PublicationMessage(ILogger logger, MessageType messageType);

    [LoggerMessage(7, LogLevel.Warning, "Dropped an acknowledgement that cannot be read ({Size} bytes)")]
    public static partial void MalformedAcknowledgement(ILogger logger, int size);

    [LoggerMessage(8, LogLevel.Warning, "channel_closed cannot be read: {Error}")]
    public static partial void MalformedChannelClosed(ILogger logger, string error);

    [LoggerMessage(9, LogLevel.Debug, "Message {SequenceNumber} was not acknowledged in time and is sent again; timeout {TimeoutMilliseconds:0} ms")]
    public static partial void Resent(ILogger logger, long sequenceNumber, double timeoutMilliseconds);

    [LoggerMessage(10, LogLevel.Debug, "Message {SequenceNumber} came early; {Expected} is expected")]
    public static partial void CameEarly(ILogger logger, long sequenceNumber, long expected);

    [LoggerMessage(11, LogLevel.Debug, "Message {SequenceNumber} came again")]
    public static partial void CameAgain(ILogger logger, long sequenceNumber);

    [LoggerMessage(12, LogLevel.Warning, "No room for message {SequenceNumber}, {Expected} is expected; it is left to come again")]
    public static partial void NoRoomForEarly(ILogger logger, long sequenceNumber, long expected);

    [LoggerMessage(13, LogLevel.Information, "Agent {AgentVersion} requests {ActionCount} handshake actions")]
    public static partial void HandshakeRequested(ILogger logger, string agentVersion, int actionCount);

    [LoggerMessage(14, LogLevel.Information, "Session type {SessionType} after {Milliseconds:0.0} ms")]
    public static partial void SessionStarted(ILogger logger, string sessionType, double milliseconds);

    [LoggerMessage(15, LogLevel.Information, "The service closed the channel: {Output}")]
    public static partial void ChannelClosed(ILogger logger, string output);

    [LoggerMessage(16, LogLevel.Debug, "Terminal size {Columns} x {Rows}")]
    public static partial void TerminalSize(ILogger logger, uint columns, uint rows);

    [LoggerMessage(17, LogLevel.Information, "Input has ended; the session goes on")]
    public static partial void InputEnded(ILogger logger);

    [LoggerMessage(18, LogLevel.Warning, "Dropped a payload of type {PayloadType} ({Size} bytes), which this session does not use")]
    public static partial void UnexpectedPayload(ILogger logger, PayloadType payloadType, int size);

    [LoggerMessage(19, LogLevel.Debug, "Acknowledgement of message {SequenceNumber} left out: too many wait to be sent")]
    public static partial void AcknowledgementLeftOut(ILogger logger, long sequenceNumber);

    [LoggerMessage(20, LogLevel.Warning, "Connection lost: {Reason}")]
    public static partial void ConnectionLost(ILogger logger, string reason);

    [LoggerMessage(21, LogLevel.Warning, "Attempt {Attempt} to resume failed: {Reason}")]
    public static partial void ResumeAttemptFailed(ILogger logger, int attempt, string reason);

    [LoggerMessage(22, LogLevel.Information, "Resumed after {Seconds:0.0} s")]
    public static partial void Resumed(ILogger logger, double seconds);

    [LoggerMessage(23, LogLevel.Warning, "The session could not be ended at the service: {Reason}")]
    public static partial void TerminateFailed(ILogger logger, string reason);
}
