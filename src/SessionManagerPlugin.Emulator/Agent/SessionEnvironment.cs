using SessionManagerPlugin.Emulator.Pty;

namespace SessionManagerPlugin.Emulator.Agent;

/// <summary>What the agent's processes are started with.</summary>
internal static class SessionEnvironment
{
    private const string DefaultShell = "/bin/sh";

    /// <summary>The emulator's own environment, with the terminal type and the language that the agent gives.</summary>
    internal static IReadOnlyDictionary<string, string> Create()
    {
        var variables = SpawnOptions.CopyEnvironment();
        variables["TERM"] = "xterm-256color";
        if (!variables.TryGetValue("LANG", out var language) || language.Length == 0)
        {
            variables["LANG"] = "C.UTF-8";
        }

        return variables;
    }

    /// <summary>A command line, run by the system's shell.</summary>
    internal static SpawnOptions ShellCommand(string command) => new("sh", "-c", command) { Environment = Create() };

    /// <summary>The shell that the user has, when it can be run; else the system's.</summary>
    internal static string UserShell()
    {
        const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return Environment.GetEnvironmentVariable("SHELL") is { Length: > 0 } shell
            && !OperatingSystem.IsWindows()
            && File.Exists(shell)
            && (File.GetUnixFileMode(shell) & Executable) != UnixFileMode.None
                ? shell
                : DefaultShell;
    }
}
