namespace SessionManagerPlugin.Protocol.Reliability;

/// <summary>What to do with a received stream message.</summary>
public enum ReorderDecision
{
    /// <summary>It is the next one: acknowledge and process it, then drain what the buffer has.</summary>
    Deliver,

    /// <summary>It came early: the buffer keeps it; acknowledge it.</summary>
    Buffered,

    /// <summary>It came before: acknowledge it again, since the first acknowledgement may be lost, and drop it.</summary>
    Duplicate,

    /// <summary>It came early and there is no room: neither keep nor acknowledge it, so that the sender sends it again.</summary>
    NoRoom,
}
