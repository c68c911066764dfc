namespace SessionManagerPlugin.Emulator.Http;

/// <summary>A request that cannot be served: it is answered with a status, and the connection ends.</summary>
internal sealed class HttpException(int status, string message) : Exception(message)
{
    /// <summary>The status of the answer.</summary>
    internal int Status { get; } = status;
}
