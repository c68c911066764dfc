using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Emulator.Agent;

/// <summary>A session as the agent runs it: connected, handshake, work, and the state that ends it.</summary>
internal sealed class AgentSession(
    string sessionId,
    AgentDataChannel channel,
    ISessionKind kind,
    AgentOptions options,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>How long a client that is connected may acknowledge nothing.</summary>
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromMinutes(5);

    /// <summary>Runs the session to its end. Nothing of it is left then.</summary>
    /// <returns>What the user is told of the end; empty when there is nothing to tell.</returns>
    /// <exception cref="OperationCanceledException">The session was ended from outside.</exception>
    /// <exception cref="TimeoutException">The client acknowledges nothing.</exception>
    internal async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var work = RunWorkAsync(stop.Token);
        Task[] all =
        [
            work,
            channel.RunReceivingAsync(stop.Token),
            channel.RunPublishingAsync(stop.Token),
            channel.RunResendingAsync(GiveUpAfter, stop.Token),
        ];

        // The first to end decides; the three that serve the work end only by a fault or a cancellation.
        var first = await Task.WhenAny(all).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first.ConfigureAwait(false);
        return await work.ConfigureAwait(false);
    }

    private bool IsHandshakeDue => options.Handshake switch
    {
        HandshakeMode.Always => true,
        HandshakeMode.Never => false,
        _ => kind.RequiresHandshake,
    };

    private async Task<string> RunWorkAsync(CancellationToken cancellationToken)
    {
        await channel.SendStateAsync(AgentSessionState.Connected, cancellationToken).ConfigureAwait(false);
        if (IsHandshakeDue)
        {
            var handshake = new AgentHandshake(sessionId, channel, options, time, logger);
            if (await handshake.PerformAsync(kind.SessionType, cancellationToken).ConfigureAwait(false) is { } failure)
            {
                return failure;
            }
        }

        ISessionWork work;
        try
        {
            work = kind.Start(channel);
        }
        catch (IOException e)
        {
            return $"The session's command cannot be started: {e.Message}";
        }

        await using (work.ConfigureAwait(false))
        {
            channel.SetHandler(work);
            await work.RunAsync(cancellationToken).ConfigureAwait(false);
        }

        if (!await channel.FlushAsync(options.FlushTimeout, cancellationToken).ConfigureAwait(false))
        {
            logger.NotFlushed(sessionId);
        }

        await channel.SendStateAsync(AgentSessionState.Terminating, cancellationToken).ConfigureAwait(false);
        return "";
    }
}
