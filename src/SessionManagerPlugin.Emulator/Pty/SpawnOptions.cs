namespace SessionManagerPlugin.Emulator.Pty;

/// <summary>What to run.</summary>
/// <param name="FileName">A path, or a name that is looked for in PATH.</param>
/// <param name="Arguments">The arguments behind the name.</param>
internal sealed record SpawnOptions(string FileName, params IReadOnlyList<string> Arguments)
{
    /// <summary>What the process knows itself as, its argument 0; <see cref="FileName"/> when null.</summary>
    internal string? ArgumentZero { get; init; }

    /// <summary>The whole environment; this process's when null.</summary>
    internal IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>Where it starts; this process's directory when null.</summary>
    internal string? WorkingDirectory { get; init; }

    /// <summary>A copy of this process's environment, to be changed and given as <see cref="Environment"/>.</summary>
    internal static Dictionary<string, string> CopyEnvironment()
    {
        var copy = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            copy[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        return copy;
    }
}
