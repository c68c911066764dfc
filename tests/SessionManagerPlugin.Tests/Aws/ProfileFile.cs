namespace SessionManagerPlugin.Tests.Aws;

/// <summary>A credentials file of a test alone. Its profile's name is one that no developer's own file has.</summary>
internal static class ProfileFile
{
    public const string Name = "session-manager-plugin-test";

    public const string Keys = "aws_access_key_id = AKIDPROFILE\naws_secret_access_key = hidden-secret";

    /// <summary>An environment that names a file with a profile in it.</summary>
    public static Func<string, string?> Environment(string settings, params (string Name, string Value)[] variables)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("smp-").FullName, "credentials");
        File.WriteAllText(path, $"[{Name}]\n{settings}\n");
        return TestEnvironment.With([("AWS_SHARED_CREDENTIALS_FILE", path), .. variables]);
    }
}
