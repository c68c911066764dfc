namespace SessionManagerPlugin.Emulator.Faults;

/// <summary>What is counted: what happens to a message, and what happens to a connection.</summary>
internal enum Fault
{
    /// <summary>A message was received from the client or sent to it: no fault, but what the others are measured by.</summary>
    Messages,

    /// <summary>A message was lost.</summary>
    Dropped,

    /// <summary>A message arrived twice.</summary>
    Duplicated,

    /// <summary>A message was held back.</summary>
    Reordered,

    /// <summary>A message's payload was changed.</summary>
    Corrupted,

    /// <summary>A connection was reset.</summary>
    Cuts,

    /// <summary>A connection was closed.</summary>
    Closes,

    /// <summary>A connection stood still.</summary>
    Freezes,

    /// <summary>A connection was refused.</summary>
    Refused,
}
