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
    private readonly ITerminal _terminal;
    private readonly ISessionObserver _observer;
    private readonly DataChannelOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>A runner with what it needs of others.</summary>
    /// <param name="connector">Makes the connection; it also decides how often it is tried.</param>
    /// <param name="terminal">The local end.</param>
    /// <param name="observer">Hears of the start, before any output.</param>
    /// <param name="options">The data channel's bounds.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears what happens, without secrets and without session data.</param>
    public SessionRunner(
        ITransportConnector connector,
        ITerminal terminal,
        ISessionObserver observer,
        DataChannelOptions options,
        TimeProvider time,
        ILogger logger)
    {
        _connector = connector;
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
        await using (transport.ConfigureAwait(false))
        {
            var channel = new DataChannel(session, _options, transport, _time, _logger);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var running = channel.RunAsync(stop.Token);
            try
            {
                return await RunSessionAsync(channel, running, stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return new SessionOutcome { End = SessionEnd.Cancelled };
            }
            finally
            {
                await stop.CancelAsync().ConfigureAwait(false);
                await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<IMessageTransport> ConnectAsync(SessionDescription session, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        Log.Connecting(_logger, session.StreamUrl.Host);
        try
        {
            var transport = await _connector.ConnectAsync(session.StreamUrl, cancellationToken).ConfigureAwait(false);
            Log.Connected(_logger, session.StreamUrl.Host, _time.GetElapsedTime(began).TotalMilliseconds);
            return transport;
        }
        catch (TransportException e)
        {
            throw new SessionException(
                SessionErrorReason.ConnectFailed, $"No connection to the Session Manager service: {e.Message}.", e);
        }
    }

    private async Task<SessionOutcome> RunSessionAsync(
        DataChannel channel, Task<ChannelClosed> running, CancellationToken cancellationToken)
    {
        // The channel may end before it is known what the session is: the service says why.
        _ = await Task.WhenAny(channel.Started, running).ConfigureAwait(false);
        if (!channel.Started.IsCompletedSuccessfully)
        {
            return Closed(await running.ConfigureAwait(false), remoteExitCode: null);
        }

        var start = await channel.Started.ConfigureAwait(false);
        await _observer.OnStartedAsync(start, cancellationToken).ConfigureAwait(false);

        var shell = new ShellSession(channel, _terminal, _options, _time, _logger);
        if (!await shell.RunAsync(start, cancellationToken).ConfigureAwait(false))
        {
            return new SessionOutcome { End = SessionEnd.TerminalGone };
        }

        return Closed(await running.ConfigureAwait(false), shell.RemoteExitCode);
    }

    private static SessionOutcome Closed(ChannelClosed closed, int? remoteExitCode) => new()
    {
        End = SessionEnd.ChannelClosed,
        ClosedOutput = closed.Output ?? "",
        RemoteExitCode = remoteExitCode,
    };
}
