namespace SessionManagerPlugin.Emulator.Service;

/// <summary>The answer to every call: what is null is left out.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="StreamUrl">Where its data channel is; null when the session has ended, or the call ends it.</param>
/// <param name="TokenValue">What opens its data channel; null likewise. A secret.</param>
internal sealed record SessionResponse(string SessionId, string? StreamUrl = null, string? TokenValue = null)
{
    /// <summary>Names the session without its token.</summary>
    public override string ToString() => $"{nameof(SessionResponse)} {{ SessionId = {SessionId} }}";
}
