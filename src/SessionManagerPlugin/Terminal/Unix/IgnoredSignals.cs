namespace SessionManagerPlugin.Terminal.Unix;

/// <summary>Signals that the caller left ignored.</summary>
internal static class IgnoredSignals
{
    /// <summary>
    /// Gives SIGINT, SIGQUIT and SIGTSTP their default action back if the caller left them ignored, as AWS CLI does. The runtime
    /// installs no handler for a signal that it finds ignored, so this comes before everything else.
    /// </summary>
    public static void Reset()
    {
        foreach (var signal in (ReadOnlySpan<int>)[LibC.SignalInterrupt, LibC.SignalQuit, LibC.SignalTerminalStop])
        {
            var before = LibC.Signal(signal, LibC.SignalDefault);
            if (before != LibC.SignalDefault && before != LibC.SignalIgnored)
            {
                LibC.Signal(signal, before);
            }
        }
    }
}
