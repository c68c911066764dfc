using System.CommandLine;
using SessionManagerPlugin.Logging;

namespace SessionManagerPlugin.Cli;

/// <summary>The options that every command has.</summary>
internal sealed class GlobalOptions
{
    private readonly Option<bool> _verbose = new("--verbose", "-v")
    {
        Description = "Log every step, to standard error or the log file. No token and no session data is logged.",
        Recursive = true,
    };

    private readonly Option<string?> _logFile = new("--log-file")
    {
        Description = "Append the log to this file. It is created readable for its owner alone.",
        Recursive = true,
    };

    /// <summary>Adds the options to the root command.</summary>
    public void AddTo(RootCommand root)
    {
        root.Add(_verbose);
        root.Add(_logFile);
    }

    /// <summary>Where the log goes: by option, or else by the environment.</summary>
    public LogOptions Read(ParseResult parsed, IEnvironment environment)
    {
        var inherited = LogOptions.FromEnvironment(environment);
        return new LogOptions(parsed.GetValue(_verbose) || inherited.IsVerbose, parsed.GetValue(_logFile) ?? inherited.File);
    }
}
