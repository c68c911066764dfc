namespace SessionManagerPlugin.Logging;

/// <summary>Where the log goes and how much of it.</summary>
/// <param name="IsVerbose">Every step is logged, and not only what matters afterwards.</param>
/// <param name="File">The file to append to; null is standard error when verbose, and otherwise nothing.</param>
internal sealed record LogOptions(bool IsVerbose, string? File)
{
    // Callers such as AWS CLI pass no options on, so the environment can ask for a log too.
    private const string FileVariable = "SSM_PLUGIN_LOG_FILE";
    private const string VerboseVariable = "SSM_PLUGIN_VERBOSE";

    /// <summary>What the environment asks for.</summary>
    public static LogOptions FromEnvironment(Cli.IEnvironment environment) => new(
        environment.Get(VerboseVariable) is "1" or "true",
        environment.Get(FileVariable) is { Length: > 0 } file ? file : null);
}
