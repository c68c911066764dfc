namespace SessionManagerPlugin.Core.Abstractions;

/// <summary>What ResumeSession gives: where to connect anew, and by what right.</summary>
/// <param name="StreamUrl">The gateway's address, ws or wss. It can be another than before.</param>
/// <param name="TokenValue">The new token. A secret.</param>
public sealed record ResumedSession(Uri StreamUrl, string TokenValue)
{
    /// <summary>Names the record without its token.</summary>
    public override string ToString() => $"ResumedSession at {StreamUrl.Host}";
}
