namespace SessionManagerPlugin;

/// <summary>The exit statuses of the program.</summary>
internal static class ExitCodes
{
    /// <summary>The session ended as it should, or the question was answered.</summary>
    public const int Success = 0;

    /// <summary>Something failed: the connection, the session, a file.</summary>
    public const int Failure = 1;

    /// <summary>The arguments are wrong; nothing was contacted.</summary>
    public const int Usage = 2;

    /// <summary>A signal ended an own command: 128 and its number, as a shell reports it.</summary>
    public static int Signalled(int signalNumber) => 128 + signalNumber;
}
