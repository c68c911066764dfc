namespace SessionManagerPlugin.Emulator.Faults;

/// <summary>What happens to the messages of one direction. The rates are probabilities, each for every message.</summary>
internal sealed record FaultRates
{
    /// <summary>How many are lost.</summary>
    internal double Drop { get; init; }

    /// <summary>How many arrive twice.</summary>
    internal double Duplicate { get; init; }

    /// <summary>How many are held back behind the next one to three.</summary>
    internal double Reorder { get; init; }

    /// <summary>How many arrive with a byte of their payload changed.</summary>
    internal double Corrupt { get; init; }

    /// <summary>How long each one is delayed at least.</summary>
    internal TimeSpan MinDelay { get; init; }

    /// <summary>How long each one is delayed at most.</summary>
    internal TimeSpan MaxDelay { get; init; }

    /// <summary>Whether anything happens to any message.</summary>
    internal bool IsAny => this != None;

    private static FaultRates None { get; } = new();
}
