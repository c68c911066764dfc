using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Core.Diagnostics;
using SessionManagerPlugin.Core.Options;

namespace SessionManagerPlugin.Core.Transport;

/// <summary>Connects by another connector, as often as <see cref="ConnectAttempts"/> say.</summary>
public sealed class RetryingConnector : ITransportConnector
{
    private readonly ITransportConnector _inner;
    private readonly ConnectAttempts _attempts;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;

    /// <summary>A connector that tries again.</summary>
    /// <param name="inner">Makes the single attempt.</param>
    /// <param name="attempts">How often, and the waits.</param>
    /// <param name="time">The clock of the waits.</param>
    /// <param name="random">The chance in the first wait.</param>
    /// <param name="logger">Hears of every failed attempt.</param>
    public RetryingConnector(
        ITransportConnector inner, ConnectAttempts attempts, TimeProvider time, Random random, ILogger logger)
    {
        _inner = inner;
        _attempts = attempts;
        _time = time;
        _random = random;
        _logger = logger;
    }

    /// <inheritdoc/>
    public async Task<IMessageTransport> ConnectAsync(Uri streamUrl, CancellationToken cancellationToken)
    {
        var chance = _random.NextDouble();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await _inner.ConnectAsync(streamUrl, cancellationToken).ConfigureAwait(false);
            }
            catch (TransportException e)
            {
                if (e.Failure == TransportFailure.NotConnectable || attempt >= _attempts.Count)
                {
                    throw new TransportException(e.Failure, attempt == 1 ? e.Message : $"{e.Message} ({attempt} attempts)", e);
                }

                var delay = _attempts.DelayAfter(attempt, chance);
                Log.ConnectAttemptFailed(_logger, attempt, _attempts.Count, e.Message, delay.TotalMilliseconds);
                await Task.Delay(delay, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
