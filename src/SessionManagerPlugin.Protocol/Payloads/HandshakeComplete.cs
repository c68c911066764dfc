namespace SessionManagerPlugin.Protocol.Payloads;

/// <summary>The agent's last message of the handshake: the session's own traffic follows.</summary>
/// <param name="HandshakeTimeToComplete">How long the handshake took, in nanoseconds.</param>
/// <param name="CustomerMessage">What the account's owner wants the user to read; may be empty.</param>
public sealed record HandshakeComplete(long HandshakeTimeToComplete, string? CustomerMessage);
