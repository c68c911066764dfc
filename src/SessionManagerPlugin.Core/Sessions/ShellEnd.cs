namespace SessionManagerPlugin.Core.Sessions;

/// <summary>Why a shell session has nothing more to do.</summary>
internal enum ShellEnd
{
    /// <summary>The far side's output has ended.</summary>
    OutputEnded,

    /// <summary>Piped input has ended, which is not the session's end.</summary>
    InputEnded,

    /// <summary>The terminal is gone.</summary>
    TerminalGone,

    /// <summary>The user typed the escape that ends the session.</summary>
    EndedByUser,
}
