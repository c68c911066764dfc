using SessionManagerPlugin.Core.Errors;

namespace SessionManagerPlugin;

/// <summary>Decides, in one place, what a failure looks like to the user: one line on standard error and an exit status.</summary>
internal static class ErrorReporter
{
    /// <summary>Reports a failure and gives the exit status.</summary>
    public static int Report(Exception failure)
    {
        var (text, exitCode) = Describe(failure);
        StandardStreams.WriteError(text);
        return exitCode;
    }

    /// <summary>The text and the exit status of a failure.</summary>
    internal static (string Text, int ExitCode) Describe(Exception failure) => failure switch
    {
        UsageException => (Line($"{failure.Message}\nTry 'session-manager-plugin --help'."), ExitCodes.Usage),
        SessionException or IOException or UnauthorizedAccessException => (Line(failure.Message), ExitCodes.Failure),

        // A fault of ours. Its kind and place help to find it; its text could quote what it stumbled over.
        _ => (Line($"an internal error ended the session: {failure.GetType().Name} {PlaceOf(failure)}. "
            + "Please report it, with the output of --log-file if you can."), ExitCodes.Failure),
    };

    private static string Line(string message) => $"session-manager-plugin: {message}\n";

    private static string PlaceOf(Exception failure)
    {
        var trace = (failure.StackTrace ?? "at an unknown place").AsSpan().TrimStart();
        var end = trace.IndexOf('\n');
        return (end < 0 ? trace : trace[..end]).Trim().ToString();
    }
}
