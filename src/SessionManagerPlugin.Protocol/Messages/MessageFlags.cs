namespace SessionManagerPlugin.Protocol.Messages;

/// <summary>The flags of a client message.</summary>
[Flags]
public enum MessageFlags : ulong
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>The first message of a stream.</summary>
    Syn = 1,

    /// <summary>The last message of a stream.</summary>
    Fin = 2,

    /// <summary>Both: a message that stands alone, as every acknowledgement does.</summary>
    SynFin = Syn | Fin,
}
