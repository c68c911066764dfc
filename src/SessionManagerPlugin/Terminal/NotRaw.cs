namespace SessionManagerPlugin.Terminal;

/// <summary>The raw mode of what is no terminal: nothing to change, nothing to restore.</summary>
internal sealed class NotRaw : IDisposable
{
    public static readonly NotRaw Instance = new();

    private NotRaw()
    {
    }

    public void Dispose()
    {
    }
}
