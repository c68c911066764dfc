using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Core.DataChannels;
using SessionManagerPlugin.Core.Diagnostics;
using SessionManagerPlugin.Core.Errors;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Core.Sessions;

/// <summary>
/// Runs one session from connecting to its end. It prints nothing of its own and never ends the process: the caller learns of the start
/// through the observer and of the end by the outcome or the exception.
/// </summary>
public sealed class SessionRunner
{
    private readonly ITransportConnector _connector;
    private readonly ISessionApi? _api;
    private readonly ITerminal _terminal;
    private readonly ISessionObserver _observer;
    private readonly SessionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>A runner with what it needs of others.</summary>
    /// <param name="connector">Makes one attempt to connect; how often it is tried is the options' to say.</param>
    /// <param name="api">The service's API; null when there is none: then a lost connection is the session's end.</param>
    /// <param name="terminal">The local end.</param>
    /// <param name="observer">Hears of the start, before any output, and of what happens to the connection.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears what happens, without secrets and without session data.</param>
    public SessionRunner(
        ITransportConnector connector,
        ISessionApi? api,
        ITerminal terminal,
        ISessionObserver observer,
        SessionOptions options,
        TimeProvider time,
        ILogger logger)
    {
        _connector = connector;
        _api = api;
        _terminal = terminal;
        _observer = observer;
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>Runs a session.</summary>
    /// <param name="session">What StartSession answered.</param>
    /// <param name="cancellationToken">
    /// Ends the session from this side: the outcome is <see cref="SessionEnd.Cancelled"/>. Before the connection stands, the call is
    /// cancelled instead.
    /// </param>
    /// <exception cref="SessionException">The session failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled while connecting.</exception>
    public async Task<SessionOutcome> RunAsync(SessionDescription session, CancellationToken cancellationToken)
    {
        var transport = await ConnectAsync(session, cancellationToken).ConfigureAwait(false);
        var channel = new DataChannel(session, _options.Channel, transport, Resumer(session), _time, _logger);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = channel.RunAsync(stop.Token);
        var isOursToEnd = false;
        try
        {
            var outcome = await RunSessionAsync(channel, running, stop.Token).ConfigureAwait(false);
            isOursToEnd = outcome.End is SessionEnd.EndedByUser or SessionEnd.TerminalGone;
            return outcome;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            isOursToEnd = true;
            return new SessionOutcome { End = SessionEnd.Cancelled };
        }
        catch (SessionException e) when (e.Reason == SessionErrorReason.AgentUnresponsive)
        {
            isOursToEnd = true;
            throw;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (isOursToEnd)
            {
                // Not before: the channel may just be asking the service for a new connection, and would go on to make it.
                await TerminateAsync(session).ConfigureAwait(false);
            }
        }
    }

    private async Task<IMessageTransport> ConnectAsync(SessionDescription session, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        Log.Connecting(_logger, session.StreamUrl.Host);
        try
        {
            var connector = new RetryingConnector(_connector, _options.Attempts, _time, Random.Shared, _logger);
            var transport = await connector.ConnectAsync(session.StreamUrl, cancellationToken).ConfigureAwait(false);
            Log.Connected(_logger, session.StreamUrl.Host, _time.GetElapsedTime(began).TotalMilliseconds);
            return transport;
        }
        catch (TransportException e)
        {
            throw new SessionException(
                SessionErrorReason.ConnectFailed, $"No connection to the Session Manager service: {e.Message}.", e);
        }
    }

    private ConnectionResumer? Resumer(SessionDescription session) => _api is null || _options.Resume.Timeout <= TimeSpan.Zero
        ? null
        : new ConnectionResumer(session, _options.Resume, _api, _connector, _observer, _time, Random.Shared, _logger);

    private async Task<SessionOutcome> RunSessionAsync(
        DataChannel channel, Task<ChannelClosed?> running, CancellationToken cancellationToken)
    {
        // The channel may end before it is known what the session is: the service says why.
        _ = await Task.WhenAny(channel.Started, running).ConfigureAwait(false);
        if (!channel.Started.IsCompletedSuccessfully)
        {
            return Closed(await running.ConfigureAwait(false), remoteExitCode: null);
        }

        var start = await channel.Started.ConfigureAwait(false);
        await _observer.OnStartedAsync(start, cancellationToken).ConfigureAwait(false);

        var shell = new ShellSession(channel, _terminal, _observer, _options.Shell, _time, _logger);
        return await shell.RunAsync(start, cancellationToken).ConfigureAwait(false) switch
        {
            ShellEnd.TerminalGone => new SessionOutcome { End = SessionEnd.TerminalGone },
            ShellEnd.EndedByUser => new SessionOutcome { End = SessionEnd.EndedByUser },
            _ => Closed(await running.ConfigureAwait(false), shell.RemoteExitCode),
        };
    }

    /// <summary>
    /// Ends the session at the service, where it would otherwise wait for a client until its idle limit. It is over for the user either
    /// way, so a failure is logged and no more.
    /// </summary>
    private async Task TerminateAsync(SessionDescription session)
    {
        if (_api is null)
        {
            return;
        }

        using var limit = new CancellationTokenSource(_options.TerminateTimeout, _time);
        try
        {
            await _api.TerminateAsync(session.SessionId, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SessionApiException or OperationCanceledException)
        {
            Log.TerminateFailed(_logger, e.Message);
        }
    }

    private static SessionOutcome Closed(ChannelClosed? closed, int? remoteExitCode) => new()
    {
        // A command that has told its exit status has ended; only the service's word for it was lost with a connection.
        End = closed is null && remoteExitCode is null ? SessionEnd.TimedOut : SessionEnd.ChannelClosed,
        ClosedOutput = closed?.Output ?? "",
        RemoteExitCode = remoteExitCode,
    };
}
