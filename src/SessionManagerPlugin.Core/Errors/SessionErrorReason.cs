namespace SessionManagerPlugin.Core.Errors;

/// <summary>Why a session failed, for callers that decide by it. The text for people is the exception's message.</summary>
public enum SessionErrorReason
{
    /// <summary>The connection to the service could not be made.</summary>
    ConnectFailed,

    /// <summary>The connection to the service was lost, or the service closed it without ending the session.</summary>
    ConnectionLost,

    /// <summary>The connection was lost and no new one came about.</summary>
    ResumeFailed,

    /// <summary>The service refused the token.</summary>
    TokenRefused,

    /// <summary>The far side sent something that the protocol does not allow.</summary>
    ProtocolViolation,

    /// <summary>The agent asked in its handshake for something that this client does not do.</summary>
    HandshakeUnsupported,

    /// <summary>The agent began a handshake and did not complete it in time.</summary>
    HandshakeTimeout,

    /// <summary>What was sent stayed without an acknowledgement for too long.</summary>
    AgentUnresponsive,

    /// <summary>The local end could not be read or written.</summary>
    LocalEndFailed,
}
