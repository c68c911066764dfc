namespace SessionManagerPlugin.Core.Transport;

/// <summary>How a message travels.</summary>
public enum MessageKind
{
    /// <summary>As bytes: every client message.</summary>
    Binary,

    /// <summary>As text: the message that opens the data channel.</summary>
    Text,
}
