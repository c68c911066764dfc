namespace SessionManagerPlugin.Emulator.Service;

/// <summary>A call that the API answers with an error.</summary>
internal sealed class ServiceException(ServiceError error) : Exception(error.Message)
{
    /// <summary>The error.</summary>
    internal ServiceError Error { get; } = error;
}
