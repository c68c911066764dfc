using System.Text.Json;
using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Emulator.Agent;

/// <summary>The agent's side of the handshake: request, the client's response, completion.</summary>
internal sealed class AgentHandshake(string sessionId, AgentDataChannel channel, AgentOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>How long the agent waits for the response.</summary>
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Performs the handshake.</summary>
    /// <param name="sessionType">The type of the session.</param>
    /// <param name="cancellationToken">Ends the session.</param>
    /// <returns>Why the session cannot go on; null when it can.</returns>
    internal async Task<string?> PerformAsync(string sessionType, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        channel.BeginHandshake();
        var request = PayloadJson.Write(MakeRequest(sessionType), PayloadJson.HandshakeRequest);
        await channel.SendAsync(PayloadType.HandshakeRequest, request, cancellationToken).ConfigureAwait(false);

        HandshakeResponse response;
        try
        {
            response = await channel.HandshakeResponse.WaitAsync(ResponseTimeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return $"The client has not answered the handshake within {ResponseTimeout.TotalSeconds} seconds.";
        }

        logger.ClientVersion(sessionId, response.ClientVersion);
        if (FindFailure(response) is { } failure)
        {
            return failure;
        }

        var nanoseconds = (long)time.GetElapsedTime(start).TotalNanoseconds;
        var complete = PayloadJson.Write(new HandshakeComplete(nanoseconds, options.CustomerMessage), PayloadJson.HandshakeComplete);

        // Before the message: the client may answer it at once.
        channel.EndHandshake();
        await channel.SendAsync(PayloadType.HandshakeComplete, complete, cancellationToken).ConfigureAwait(false);
        return null;
    }

    private HandshakeRequest MakeRequest(string sessionType)
    {
        var type = new SessionTypeParameters(options.SessionType ?? sessionType, Properties: null);
        using var nothing = JsonDocument.Parse("{}");
        List<RequestedClientAction> actions =
        [
            new(HandshakeActionType.SessionType, JsonSerializer.SerializeToElement(type, PayloadJson.SessionTypeParameters)),
            .. options.RequestedActions.Select(name => new RequestedClientAction(name, nothing.RootElement.Clone())),
        ];
        return new HandshakeRequest(options.Version, actions);
    }

    private static string? FindFailure(HandshakeResponse response)
    {
        var failed = response.ProcessedClientActions?.FirstOrDefault(action => action.ActionStatus != ActionStatus.Success);
        return failed is null
            ? null
            : $"The client failed the handshake's action {failed.ActionType} with status {(int)failed.ActionStatus}: {failed.Error}";
    }
}
