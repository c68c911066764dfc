namespace SessionManagerPlugin.Core.Options;

/// <summary>How a session whose connection was lost is resumed.</summary>
public sealed record ResumeOptions
{
    /// <summary>
    /// How long it is tried. Longer than a router's restart, and the service keeps a session without a client for as long as its idle
    /// limit, 20 minutes by default. Zero: a lost connection is the session's end.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The waits between attempts, as those of the first connection; their number is bounded by the time.</summary>
    public ConnectAttempts Attempts { get; init; } = ConnectAttempts.Default;

    /// <summary>The defaults.</summary>
    public static ResumeOptions Default { get; } = new();
}
