using System.Text.Json;

namespace SessionManagerPlugin.Protocol.Payloads;

/// <summary>The client's answer to a <see cref="HandshakeRequest"/>.</summary>
/// <param name="ClientVersion">The client's version, four numbers.</param>
/// <param name="ProcessedClientActions">One for each requested action, in order.</param>
/// <param name="Errors">The errors of all actions; null when there is none, as the public client writes it.</param>
public sealed record HandshakeResponse(
    string? ClientVersion,
    IReadOnlyList<ProcessedClientAction>? ProcessedClientActions,
    IReadOnlyList<string>? Errors);

/// <summary>How one requested action went.</summary>
/// <param name="ActionType">The type, as requested.</param>
/// <param name="ActionStatus">How it went. The agent ends the session on any but <see cref="ActionStatus.Success"/>.</param>
/// <param name="ActionResult">Depends on the type; null for the session type.</param>
/// <param name="Error">Why it failed; empty when it did not.</param>
public sealed record ProcessedClientAction(string? ActionType, ActionStatus ActionStatus, JsonElement? ActionResult, string? Error);

/// <summary>How a requested action went.</summary>
public enum ActionStatus
{
    /// <summary>Not said.</summary>
    None = 0,

    /// <summary>Done.</summary>
    Success = 1,

    /// <summary>Tried, and failed.</summary>
    Failed = 2,

    /// <summary>Not known to this client.</summary>
    Unsupported = 3,
}
