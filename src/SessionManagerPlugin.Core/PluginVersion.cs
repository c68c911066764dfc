namespace SessionManagerPlugin.Core;

/// <summary>The version that this client states of itself, to its caller, to the service and to the agent.</summary>
public static class PluginVersion
{
    /// <summary>
    /// Four numbers, because its readers parse it: AWS CLI passes the response by environment above 1.2.497.0, the service takes clients
    /// from 1.2.764.0 on, and agents turn their keep-alive off above 1.2.331.0.
    /// </summary>
    public const string Text = "1.3.0.0";
}
