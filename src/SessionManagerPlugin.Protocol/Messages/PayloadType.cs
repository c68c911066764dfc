namespace SessionManagerPlugin.Protocol.Messages;

/// <summary>What the payload of a stream message is.</summary>
public enum PayloadType : uint
{
    /// <summary>No type: acknowledgements, publication messages, channel_closed.</summary>
    None = 0,

    /// <summary>Bytes of the session: the agent's output, or the client's input.</summary>
    Output = 1,

    /// <summary>An error's text.</summary>
    Error = 2,

    /// <summary>The terminal's size, a <see cref="Payloads.TerminalSize"/>.</summary>
    Size = 3,

    /// <summary>A parameter. Not used by the agents of today.</summary>
    Parameter = 4,

    /// <summary>A <see cref="Payloads.HandshakeRequest"/>, from the agent.</summary>
    HandshakeRequest = 5,

    /// <summary>A <see cref="Payloads.HandshakeResponse"/>, from the client.</summary>
    HandshakeResponse = 6,

    /// <summary>A <see cref="Payloads.HandshakeComplete"/>, from the agent: the session's own traffic follows.</summary>
    HandshakeComplete = 7,

    /// <summary>A <see cref="Payloads.EncryptionChallenge"/>, from the agent.</summary>
    EncryptionChallengeRequest = 8,

    /// <summary>A <see cref="Payloads.EncryptionChallenge"/>, from the client.</summary>
    EncryptionChallengeResponse = 9,

    /// <summary>A <see cref="SessionFlag"/> as a 4-byte integer.</summary>
    Flag = 10,

    /// <summary>Bytes of a command's standard error, from the agent.</summary>
    StandardError = 11,

    /// <summary>A command's exit status as text: <c>EXIT_CODE: 3</c>.</summary>
    ExitCode = 12,
}
