namespace SessionManagerPlugin.Cli;

/// <summary>The process's environment variables.</summary>
internal interface IEnvironment
{
    /// <summary>A variable's value; null when it is not set.</summary>
    string? Get(string name);

    /// <summary>Removes a variable.</summary>
    void Remove(string name);
}
