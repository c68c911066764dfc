namespace SessionManagerPlugin.Emulator.Faults;

/// <summary>What becomes of one message on its way.</summary>
internal readonly record struct MessageFate
{
    /// <summary>Whether it is lost. Nothing else counts then.</summary>
    internal bool IsDropped { get; init; }

    /// <summary>Whether it arrives twice.</summary>
    internal bool IsDuplicated { get; init; }

    /// <summary>Behind how many of the next messages it is held back; 0 keeps its place.</summary>
    internal int HeldBehind { get; init; }

    /// <summary>Says which byte is changed, and how; null changes none.</summary>
    internal ulong? Corruption { get; init; }

    /// <summary>How long it is delayed.</summary>
    internal TimeSpan Delay { get; init; }
}
