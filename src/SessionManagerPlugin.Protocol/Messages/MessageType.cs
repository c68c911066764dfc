namespace SessionManagerPlugin.Protocol.Messages;

/// <summary>What a client message is, from its 32 bytes of text.</summary>
public enum MessageType
{
    /// <summary>A text that this library does not know. Never written.</summary>
    Unknown = 0,

    /// <summary><c>input_stream_data</c>: the client's stream, to the agent.</summary>
    InputStreamData,

    /// <summary><c>output_stream_data</c>: the agent's stream, to the client.</summary>
    OutputStreamData,

    /// <summary><c>acknowledge</c>: a stream message was received. Not acknowledged itself.</summary>
    Acknowledge,

    /// <summary><c>channel_closed</c>: the service ended the session.</summary>
    ChannelClosed,

    /// <summary><c>start_publication</c>: the agent's side is active. It may never come.</summary>
    StartPublication,

    /// <summary><c>pause_publication</c>: the agent's side is inactive.</summary>
    PausePublication,

    /// <summary><c>agent_session_state</c>: the agent tells the service how its session stands.</summary>
    AgentSessionState,
}
