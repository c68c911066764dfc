namespace SessionManagerPlugin.Core.Options;

/// <summary>The bounds and choices of a session. The defaults are what the program uses.</summary>
public sealed record SessionOptions
{
    /// <summary>The attempts to make the first connection.</summary>
    public ConnectAttempts Attempts { get; init; } = ConnectAttempts.Default;

    /// <summary>The data channel.</summary>
    public DataChannelOptions Channel { get; init; } = DataChannelOptions.Default;

    /// <summary>What happens when the connection is lost.</summary>
    public ResumeOptions Resume { get; init; } = ResumeOptions.Default;

    /// <summary>The local end of a shell.</summary>
    public ShellOptions Shell { get; init; } = ShellOptions.Default;

    /// <summary>
    /// How long it may take to end the session at the service when this side ends it. The user waits meanwhile; the service ends an idle
    /// session by itself in the end.
    /// </summary>
    public TimeSpan TerminateTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The defaults.</summary>
    public static SessionOptions Default { get; } = new();
}
