namespace SessionManagerPlugin.EndToEndTests.Fixtures;

/// <summary>The published binaries. A missing one fails the test: without it nothing was tested.</summary>
internal static class Artifacts
{
    private const string Variable = "SESSION_MANAGER_PLUGIN_ARTIFACTS";
    private const string PluginName = "session-manager-plugin";
    private const string EmulatorName = "ssm-emulator";

    private static readonly Lazy<string> Found = new(Find);

    public static string Folder => Found.Value;

    public static string Plugin => Require(PluginName);

    public static string Emulator => Require(EmulatorName);

    private static string Require(string name)
    {
        var path = Path.Combine(Folder, name);
        if (!File.Exists(path))
        {
            Assert.Fail($"{path} is missing: run ./build.sh publish, or set {Variable} to the folder with the published binaries.");
        }

        return path;
    }

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            return Path.GetFullPath(given);
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "SessionManagerPlugin.slnx")))
            {
                continue;
            }

            var artifacts = Path.Combine(folder.FullName, "artifacts");
            var published = Directory.Exists(artifacts)
                ? Directory.GetDirectories(artifacts).FirstOrDefault(static rid => File.Exists(Path.Combine(rid, PluginName)))
                : null;
            return published ?? artifacts;
        }

        return AppContext.BaseDirectory;
    }
}
