using SessionManagerPlugin.Emulator.Http;

namespace SessionManagerPlugin.Emulator.Service;

/// <summary>The one place where a request's signature is judged, of API calls and of WebSocket upgrades.</summary>
internal interface IRequestAuthorizer
{
    /// <summary>Why a request is refused; null when it is not.</summary>
    ServiceError? Authorize(HttpRequestHead head, ReadOnlyMemory<byte> body);
}
