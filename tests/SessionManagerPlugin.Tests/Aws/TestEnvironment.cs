namespace SessionManagerPlugin.Tests.Aws;

/// <summary>Environments for a test alone: the process's own is shared by tests that run at the same time.</summary>
internal static class TestEnvironment
{
    public static Func<string, string?> With(params (string Name, string Value)[] variables)
    {
        var values = variables.ToDictionary(static v => v.Name, static v => v.Value, StringComparer.Ordinal);
        return name => values.GetValueOrDefault(name);
    }

    public static Func<string, string?> WithKeys() =>
        With(("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "hidden-secret"), ("AWS_SESSION_TOKEN", "hidden-token"));
}
