namespace SessionManagerPlugin.Emulator.Faults;

/// <summary>How a connection is refused.</summary>
internal enum Refusal
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>It ends without an answer.</summary>
    HangUp,

    /// <summary>It is answered with status 503.</summary>
    Unavailable,
}
