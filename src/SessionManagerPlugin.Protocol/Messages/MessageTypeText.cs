namespace SessionManagerPlugin.Protocol.Messages;

/// <summary>The text of each <see cref="MessageType"/> on the wire.</summary>
public static class MessageTypeText
{
    /// <summary>The text of a message type as UTF-8, without padding; empty for <see cref="MessageType.Unknown"/>.</summary>
    public static ReadOnlySpan<byte> ToUtf8(MessageType type) => type switch
    {
        MessageType.InputStreamData => "input_stream_data"u8,
        MessageType.OutputStreamData => "output_stream_data"u8,
        MessageType.Acknowledge => "acknowledge"u8,
        MessageType.ChannelClosed => "channel_closed"u8,
        MessageType.StartPublication => "start_publication"u8,
        MessageType.PausePublication => "pause_publication"u8,
        MessageType.AgentSessionState => "agent_session_state"u8,
        _ => default,
    };

    /// <summary>Reads a message type. Spaces and NULs on both sides are padding and are ignored.</summary>
    public static MessageType FromUtf8(ReadOnlySpan<byte> text)
    {
        text = Trim(text);

        // Ordered by how often each is seen: data and acknowledgements make up nearly all of the traffic.
        if (text.SequenceEqual("output_stream_data"u8))
        {
            return MessageType.OutputStreamData;
        }

        if (text.SequenceEqual("acknowledge"u8))
        {
            return MessageType.Acknowledge;
        }

        if (text.SequenceEqual("input_stream_data"u8))
        {
            return MessageType.InputStreamData;
        }

        if (text.SequenceEqual("channel_closed"u8))
        {
            return MessageType.ChannelClosed;
        }

        if (text.SequenceEqual("start_publication"u8))
        {
            return MessageType.StartPublication;
        }

        if (text.SequenceEqual("pause_publication"u8))
        {
            return MessageType.PausePublication;
        }

        return text.SequenceEqual("agent_session_state"u8) ? MessageType.AgentSessionState : MessageType.Unknown;
    }

    /// <summary>Takes the padding off a message type's text: spaces and NULs on both sides.</summary>
    internal static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \0"u8);
}
