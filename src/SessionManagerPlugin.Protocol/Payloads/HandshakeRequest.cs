using System.Text.Json;

namespace SessionManagerPlugin.Protocol.Payloads;

/// <summary>The agent's first message in sessions that begin with a handshake. To be answered within 15 s.</summary>
/// <param name="AgentVersion">The agent's version, four numbers.</param>
/// <param name="RequestedClientActions">What the client is to do before the session starts; each is answered.</param>
public sealed record HandshakeRequest(string? AgentVersion, IReadOnlyList<RequestedClientAction>? RequestedClientActions);

/// <summary>One thing that the agent asks for in its handshake.</summary>
/// <param name="ActionType">One of <see cref="HandshakeActionType"/>, or something that this client does not know.</param>
/// <param name="ActionParameters">Depends on the type.</param>
public sealed record RequestedClientAction(string? ActionType, JsonElement ActionParameters);

/// <summary>The action types of the handshake.</summary>
public static class HandshakeActionType
{
    /// <summary>Says what kind of session it is: <see cref="SessionTypeParameters"/>.</summary>
    public const string SessionType = "SessionType";

    /// <summary>Turns encryption on with a KMS data key.</summary>
    public const string KmsEncryption = "KMSEncryption";
}

/// <summary>The parameters of <see cref="HandshakeActionType.SessionType"/>.</summary>
/// <param name="SessionType">One of <see cref="SessionTypeName"/>, or something that this client does not know.</param>
/// <param name="Properties">Depends on the session type; may be null or missing.</param>
public sealed record SessionTypeParameters(string? SessionType, JsonElement? Properties);
