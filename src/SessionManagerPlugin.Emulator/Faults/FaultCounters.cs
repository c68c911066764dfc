namespace SessionManagerPlugin.Emulator.Faults;

/// <summary>How often each fault has happened in a session. Thread-safe.</summary>
internal sealed class FaultCounters
{
    private readonly long[] _counts = new long[Enum.GetValues<Fault>().Length];

    /// <summary>How often a fault has happened.</summary>
    internal long this[Fault fault] => Interlocked.Read(ref _counts[(int)fault]);

    /// <summary>A fault happened.</summary>
    internal void Add(Fault fault) => Interlocked.Increment(ref _counts[(int)fault]);

    /// <summary>All of them, for the log.</summary>
    public override string ToString() =>
        string.Join(", ", Enum.GetValues<Fault>().Select(fault => $"{fault.ToString().ToLowerInvariant()} {this[fault]}"));
}
