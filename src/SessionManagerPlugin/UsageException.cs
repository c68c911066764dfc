namespace SessionManagerPlugin;

/// <summary>The arguments are wrong. The message says which one, and what it should be; it quotes no secret.</summary>
internal sealed class UsageException : Exception
{
    public UsageException(string message)
        : base(message)
    {
    }
}
