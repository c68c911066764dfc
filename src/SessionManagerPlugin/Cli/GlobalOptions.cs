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

    private readonly Option<string?>[] _tuning =
    [
        Tunable(Tuning.ResumeTimeout, "SECONDS", "How long a lost connection is tried to be made anew; 0: not at all. Default 300."),
        Tunable(Tuning.PingInterval, "SECONDS", "How often the service is pinged; 0: never. Default 30."),
        Tunable(
            Tuning.DeadPeerTimeout, "SECONDS", "How long the service may give no sign of life before the connection counts as lost; 0: for ever. Default 60."),
        Tunable(Tuning.PayloadSize, "BYTES", "The largest payload of a message, 1 to 65536, for agents that take more than the default of 1024."),
        Tunable(Tuning.CoalesceInput, "auto|on|off", "Gather small pieces of input into larger messages; auto: from pipes and not from a terminal."),
        Tunable(Tuning.CoalesceDelay, "MILLISECONDS", "How long more input is waited for where it is gathered. Default 10."),
    ];

    /// <summary>Adds the options to the root command.</summary>
    public void AddTo(RootCommand root)
    {
        root.Add(_verbose);
        root.Add(_logFile);
        foreach (var option in _tuning)
        {
            root.Add(option);
        }
    }

    /// <summary>Where the log goes: by option, or else by the environment.</summary>
    public LogOptions ReadLog(ParseResult parsed, IEnvironment environment)
    {
        var inherited = LogOptions.FromEnvironment(environment);
        return new LogOptions(parsed.GetValue(_verbose) || inherited.IsVerbose, parsed.GetValue(_logFile) ?? inherited.File);
    }

    /// <summary>What is tuned: by option, or else by the environment.</summary>
    /// <exception cref="UsageException">A setting is malformed.</exception>
    public Tuning ReadTuning(ParseResult parsed, IEnvironment environment) =>
        Tuning.Read(name => parsed.GetValue(Array.Find(_tuning, option => option.Name == name)!), environment);

    private static Option<string?> Tunable(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value, Recursive = true };
}
