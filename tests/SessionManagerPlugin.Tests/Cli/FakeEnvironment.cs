using SessionManagerPlugin.Cli;

namespace SessionManagerPlugin.Tests.Cli;

internal sealed class FakeEnvironment : IEnvironment
{
    public Dictionary<string, string> Variables { get; } = [];

    public string? Get(string name) => Variables.GetValueOrDefault(name);

    public void Remove(string name) => Variables.Remove(name);
}
