namespace SessionManagerPlugin.Terminal.Unix;

/// <summary>Standard descriptors that the caller left closed. The system gives their numbers to whatever is opened next.</summary>
internal static class StandardDescriptors
{
    /// <summary>
    /// Puts something harmless in the place of those that are closed, so that no connection and no pipe of ours gets their numbers: an
    /// input that has ended, and outputs that cannot be written.
    /// </summary>
    public static void Occupy()
    {
        // The lowest free number is given, so in this order each gets its own.
        foreach (var descriptor in (ReadOnlySpan<int>)[LibC.StandardInput, LibC.StandardOutput, LibC.StandardError])
        {
            if (LibC.FileControl(descriptor, LibC.FileControlGetFlags) < 0)
            {
                _ = LibC.Open("/dev/null", LibC.OpenReadOnly);
            }
        }
    }

    /// <summary>
    /// Whether a descriptor is the caller's. One that is closed on exec is not: the runtime, which opens its source of random numbers
    /// before our first line runs, was given the number.
    /// </summary>
    public static bool IsInherited(int descriptor)
    {
        var flags = LibC.FileControl(descriptor, LibC.FileControlGetFlags);
        return flags >= 0 && (flags & LibC.CloseOnExec) == 0;
    }
}
