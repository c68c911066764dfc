namespace SessionManagerPlugin.Core.Sessions;

/// <summary>How a session ended, when it did not fail.</summary>
public sealed record SessionOutcome
{
    /// <summary>How it ended.</summary>
    public required SessionEnd End { get; init; }

    /// <summary>Why the service closed the session, in its words; empty at a normal end.</summary>
    public string ClosedOutput { get; init; } = "";

    /// <summary>The remote command's exit status, when the agent told it.</summary>
    public int? RemoteExitCode { get; init; }
}

/// <summary>Ways for a session to end.</summary>
public enum SessionEnd
{
    /// <summary>The service closed the channel.</summary>
    ChannelClosed,

    /// <summary>The caller cancelled it.</summary>
    Cancelled,

    /// <summary>The terminal that it was shown on is gone.</summary>
    TerminalGone,

    /// <summary>The user ended it by its escape.</summary>
    EndedByUser,

    /// <summary>The service had ended it while there was no connection: most often it timed out.</summary>
    TimedOut,
}
