namespace SessionManagerPlugin.Protocol.Payloads;

/// <summary>
/// The challenge by which both sides show that they have the data key: the agent's sealed bytes, and the same bytes sealed again by
/// the client.
/// </summary>
/// <param name="Challenge">Sealed bytes; base64 on the wire.</param>
public sealed record EncryptionChallenge(byte[]? Challenge);
