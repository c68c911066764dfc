using SessionManagerPlugin.Core.Errors;

namespace SessionManagerPlugin;

/// <summary>Decides, in one place, what a failure looks like to the user: one line on standard error and an exit status.</summary>
internal static class ErrorReporter
{
    /// <summary>Reports a failure and gives the exit status.</summary>
    public static int Report(Exception failure)
    {
        switch (failure)
        {
            case UsageException:
                Write($"{failure.Message}\nTry 'session-manager-plugin --help'.");
                return ExitCodes.Usage;
            case SessionException or IOException or UnauthorizedAccessException:
                Write(failure.Message);
                return ExitCodes.Failure;
            default:
                // A fault of ours. Its kind and place help to find it; its text could quote what it stumbled over.
                Write($"An internal error ended the session: {failure.GetType().Name} in {failure.TargetSite()}. "
                    + "Please report it, with the output of --log-file if you can.");
                return ExitCodes.Failure;
        }
    }

    private static void Write(string message) => StandardStreams.WriteError($"session-manager-plugin: {message}\n");

    private static string TargetSite(this Exception failure)
    {
        var trace = (failure.StackTrace ?? "").AsSpan().TrimStart();
        var end = trace.IndexOf('\n');
        return (end < 0 ? trace : trace[..end]).Trim().ToString();
    }
}
