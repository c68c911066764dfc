namespace SessionManagerPlugin.Core.Options;

/// <summary>How a shell's input is sent.</summary>
public sealed record ShellOptions
{
    /// <summary>Whether small pieces of input are gathered into larger messages.</summary>
    public InputCoalescing Coalescing { get; init; } = InputCoalescing.Auto;

    /// <summary>How long more input is waited for where it is gathered: less than anybody notices, and many writes of a program.</summary>
    public TimeSpan CoalescingDelay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The defaults.</summary>
    public static ShellOptions Default { get; } = new();
}

/// <summary>When input is gathered.</summary>
public enum InputCoalescing
{
    /// <summary>From pipes and files, and not from a terminal, where a key is to leave at once.</summary>
    Auto,

    /// <summary>Always.</summary>
    On,

    /// <summary>Never.</summary>
    Off,
}
