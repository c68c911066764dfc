using SessionManagerPlugin.Core.Diagnostics;
using SessionManagerPlugin.Core.Errors;
using SessionManagerPlugin.Core.Sessions;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Core.DataChannels;

/// <summary>Answers the agent's handshake request. Pure: a request in, an answer out.</summary>
internal static class HandshakeResponder
{
    /// <summary>The session types that this client shows.</summary>
    private static readonly string[] KnownSessionTypes =
    [
        SessionTypeName.StandardStream,
        SessionTypeName.InteractiveCommands,
        SessionTypeName.NonInteractiveCommands,
    ];

    /// <summary>Answers a request, action by action.</summary>
    /// <param name="request">The agent's request.</param>
    /// <param name="clientVersion">The version that the client states of itself.</param>
    public static HandshakeAnswer Answer(HandshakeRequest request, string clientVersion)
    {
        var processed = new List<ProcessedClientAction>();
        var errors = new List<string>();
        SessionTypeParameters? session = null;
        foreach (var requested in request.RequestedClientActions ?? [])
        {
            // JSON's null can stand in a list, whatever the list's type says.
            var action = requested ?? new RequestedClientAction(null, default);
            var result = action.ActionType == HandshakeActionType.SessionType
                ? TakeSessionType(action, ref session)
                : Unsupported(action);
            processed.Add(result);
            if (!string.IsNullOrEmpty(result.Error))
            {
                errors.Add(result.Error);
            }
        }

        // The agent accepts an answer that sets no session type and then waits for ever, so the lack is found here.
        if (session is null && errors.Count == 0)
        {
            errors.Add("the handshake names no session type");
        }

        var response = new HandshakeResponse(clientVersion, processed, errors.Count == 0 ? null : errors);
        if (errors.Count > 0)
        {
            return new HandshakeAnswer(response, null, new SessionException(
                SessionErrorReason.HandshakeUnsupported,
                $"The agent's handshake asks for what this client cannot do: {Printable.OneLine(string.Join("; ", errors))}."));
        }

        return new HandshakeAnswer(
            response, new SessionStart(session!.SessionType!, session.Properties, request.AgentVersion, null), null);
    }

    private static ProcessedClientAction TakeSessionType(RequestedClientAction action, ref SessionTypeParameters? session)
    {
        if (!PayloadJson.TryRead(action.ActionParameters, PayloadJson.SessionTypeParameters, out var parameters, out var error))
        {
            return Failed(action, $"its parameters cannot be read: {error}");
        }

        if (!KnownSessionTypes.Contains(parameters.SessionType, StringComparer.Ordinal))
        {
            return Failed(
                action, $"unknown session type '{parameters.SessionType}' (known are {string.Join(", ", KnownSessionTypes)})");
        }

        session = parameters;
        return new ProcessedClientAction(action.ActionType, ActionStatus.Success, null, "");
    }

    private static ProcessedClientAction Failed(RequestedClientAction action, string error) =>
        new(action.ActionType, ActionStatus.Failed, null, $"Failed to process action {action.ActionType}: {error}");

    private static ProcessedClientAction Unsupported(RequestedClientAction action) =>
        new(action.ActionType, ActionStatus.Unsupported, null, $"Unsupported action {action.ActionType}");
}
