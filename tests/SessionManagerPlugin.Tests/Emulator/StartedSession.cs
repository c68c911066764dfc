namespace SessionManagerPlugin.Tests.Emulator;

internal sealed record StartedSession(string SessionId, Uri StreamUrl, string TokenValue);
