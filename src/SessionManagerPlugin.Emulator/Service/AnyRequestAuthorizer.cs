using SessionManagerPlugin.Emulator.Http;

namespace SessionManagerPlugin.Emulator.Service;

/// <summary>Lets every request pass, signed or not.</summary>
internal sealed class AnyRequestAuthorizer : IRequestAuthorizer
{
    /// <inheritdoc/>
    public ServiceError? Authorize(HttpRequestHead head, ReadOnlyMemory<byte> body) => null;
}
