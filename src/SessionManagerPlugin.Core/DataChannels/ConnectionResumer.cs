using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Core.Diagnostics;
using SessionManagerPlugin.Core.Errors;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Core.Transport;

namespace SessionManagerPlugin.Core.DataChannels;

/// <summary>
/// Resumes a session: asks the service for a new token and a new address, connects there, and tries again until the time is over. It keeps
/// the count of the attempts over several losses, so that a gateway that takes connections only to drop them is not asked without end.
/// </summary>
internal sealed class ConnectionResumer : IConnectionResumer
{
    private readonly SessionDescription _session;
    private readonly ResumeOptions _options;
    private readonly ISessionApi _api;
    private readonly ITransportConnector _connector;
    private readonly ISessionObserver _observer;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private long _lostAt;
    private int _attempt;
    private double _chance;

    public ConnectionResumer(
        SessionDescription session,
        ResumeOptions options,
        ISessionApi api,
        ITransportConnector connector,
        ISessionObserver observer,
        TimeProvider time,
        Random random,
        ILogger logger)
    {
        _session = session;
        _options = options;
        _api = api;
        _connector = connector;
        _observer = observer;
        _time = time;
        _random = random;
        _logger = logger;
    }

    private TimeSpan Away => _time.GetElapsedTime(_lostAt);

    public async Task<ResumedConnection?> ResumeAsync(string reason, bool wasSound, CancellationToken cancellationToken)
    {
        Log.ConnectionLost(_logger, reason);
        if (wasSound || _attempt == 0)
        {
            _lostAt = _time.GetTimestamp();
            _attempt = 0;
            _chance = _random.NextDouble();
            _observer.OnConnectionLost(reason);
        }

        for (var failure = reason; ; _attempt++)
        {
            if (_attempt > 0)
            {
                await Task.Delay(WaitBeforeAttempt(), _time, cancellationToken).ConfigureAwait(false);
            }

            if (Away >= _options.Timeout)
            {
                throw GivenUp(failure);
            }

            using var patience = new CancellationTokenSource(_options.Timeout - Away, _time);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
            try
            {
                return await TryResumeAsync(limit.Token).ConfigureAwait(false);
            }
            catch (SessionApiException e) when (e.IsFinal)
            {
                throw new SessionException(
                    SessionErrorReason.ResumeFailed, $"{reason}. The session cannot be resumed: {e.Message}", e);
            }
            catch (Exception e) when (e is SessionApiException or TransportException)
            {
                failure = e.Message;
                Log.ResumeAttemptFailed(_logger, _attempt + 1, failure);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw GivenUp(failure);
            }
        }
    }

    /// <summary>No wait goes on beyond the time: what fails then is told when it was said that it would be.</summary>
    private TimeSpan WaitBeforeAttempt()
    {
        var (wait, left) = (_options.Attempts.DelayAfter(_attempt, _chance), _options.Timeout - Away);
        return wait < left ? wait : left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private async Task<ResumedConnection?> TryResumeAsync(CancellationToken cancellationToken)
    {
        var resumed = await _api.ResumeAsync(_session.SessionId, cancellationToken).ConfigureAwait(false);
        if (resumed is null)
        {
            return null;
        }

        var transport = await _connector.ConnectAsync(resumed.StreamUrl, cancellationToken).ConfigureAwait(false);
        _attempt++;
        Log.Resumed(_logger, Away.TotalSeconds);
        _observer.OnResumed(Away);
        return new ResumedConnection(transport, resumed.TokenValue);
    }

    private SessionException GivenUp(string failure) => new(
        SessionErrorReason.ResumeFailed,
        $"The connection was lost and no new one came about within {Text(_options.Timeout)}: {failure.TrimEnd('.')}. "
            + "The session itself may live on until it times out.");

    private static string Text(TimeSpan time) => time < TimeSpan.FromMinutes(2) ? $"{time.TotalSeconds:0.#} s" : $"{time.TotalMinutes:0.#} minutes";
}
