using System.Text.Json;

namespace SessionManagerPlugin.Core.Sessions;

/// <summary>What a session turned out to be.</summary>
/// <param name="SessionType">One of <see cref="Protocol.Payloads.SessionTypeName"/>.</param>
/// <param name="Properties">The session type's properties; null when there are none.</param>
/// <param name="AgentVersion">The agent's version; null when there was no handshake.</param>
/// <param name="CustomerMessage">What the account's owner wants the user to read; null when there is nothing.</param>
public sealed record SessionStart(string SessionType, JsonElement? Properties, string? AgentVersion, string? CustomerMessage);
