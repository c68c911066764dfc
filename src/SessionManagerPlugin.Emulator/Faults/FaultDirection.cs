namespace SessionManagerPlugin.Emulator.Faults;

/// <summary>Which way a message goes.</summary>
internal enum FaultDirection
{
    /// <summary>From the client to the agent.</summary>
    Up,

    /// <summary>From the agent to the client.</summary>
    Down,
}
