namespace SessionManagerPlugin.Cli;

/// <summary>The environment of this process.</summary>
internal sealed class ProcessEnvironment : IEnvironment
{
    public string? Get(string name) => Environment.GetEnvironmentVariable(name);

    public void Remove(string name) => Environment.SetEnvironmentVariable(name, null);
}
