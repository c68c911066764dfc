namespace SessionManagerPlugin.Emulator.Faults;

/// <summary>How the network between client and agent is.</summary>
internal sealed record NetworkShape
{
    /// <summary>How long a message and its answer take; half of it in each direction.</summary>
    internal TimeSpan RoundTrip { get; init; }

    /// <summary>What each direction carries; null when that is not limited.</summary>
    internal double? BytesPerSecond { get; init; }

    /// <summary>Whether it changes anything.</summary>
    internal bool IsAny => RoundTrip > TimeSpan.Zero || BytesPerSecond is not null;
}
