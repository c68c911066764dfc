using SessionManagerPlugin.Core.Errors;
using SessionManagerPlugin.Core.Sessions;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Core.DataChannels;

/// <summary>What to answer to a handshake request, and what follows from it.</summary>
/// <param name="Response">The answer. It is sent in any case.</param>
/// <param name="Start">The session to start when the agent completes the handshake; null when it was refused.</param>
/// <param name="Refusal">Why it was refused; null when it was not.</param>
internal sealed record HandshakeAnswer(HandshakeResponse Response, SessionStart? Start, SessionException? Refusal);
