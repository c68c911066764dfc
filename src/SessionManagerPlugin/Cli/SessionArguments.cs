using SessionManagerPlugin.Core.Options;

namespace SessionManagerPlugin.Cli;

/// <summary>What the command line asked for, whichever form it had, after every check.</summary>
internal sealed record SessionArguments
{
    /// <summary>The session to open.</summary>
    public required SessionDescription Session { get; init; }

    /// <summary>The region, when it was given.</summary>
    public string? Region { get; init; }

    /// <summary>The profile whose credentials to use, when it was given.</summary>
    public string? Profile { get; init; }

    /// <summary>The API endpoint that the caller used, when it was given.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The caller speaks the form of 3 arguments: it is too old for encrypted sessions.</summary>
    public bool IsCallerTooOldForEncryption { get; init; }

    /// <summary>
    /// The program stands in for the Go client: all output on standard output, and status 0 for a session that was ended, whatever
    /// ended it. AWS CLI answers any other status by printing the whole argument list, token included.
    /// </summary>
    public bool IsDropIn { get; init; }
}
