using SessionManagerPlugin.Core;

namespace SessionManagerPlugin.Cli;

/// <summary>What callers ask before they start a session. Answered before anything else is loaded.</summary>
internal static class QuickAnswers
{
    // The Go client's text, which AWS CLI's users know and callers probe for.
    private const string Installed =
        "\nThe Session Manager plugin was installed successfully. Use the AWS CLI to start a session.\n\n";

    /// <summary>The answer to no arguments and to --version; null for everything else.</summary>
    public static string? For(IReadOnlyList<string> arguments) => arguments switch
    {
        [] => Installed,
        ["--version"] => PluginVersion.Text + "\n",
        _ => null,
    };
}
