using SessionManagerPlugin.Core.Transport;

namespace SessionManagerPlugin.Core.DataChannels;

/// <summary>The watch over the connection: a peer that is gone often leaves no more than silence.</summary>
internal sealed partial class DataChannel
{
    /// <summary>How often it is looked. A machine that wakes up finds its connection lost within this time.</summary>
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How far the clock on the wall must run ahead of the one that counts running time to say that the machine slept. Less can be a
    /// correction of the clock; and a connection that slept for less has its packets still under way.
    /// </summary>
    private static readonly TimeSpan SleepAfter = TimeSpan.FromSeconds(10);

    /// <summary>Ends with the token, or with the finding that the connection is lost.</summary>
    private async Task WatchLoopAsync(CancellationToken cancellationToken)
    {
        var (running, wall) = (Now, _time.GetUtcNow());
        using var timer = new PeriodicTimer(WatchInterval, _time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            var (runningBefore, wallBefore) = (running, wall);
            (running, wall) = (Now, _time.GetUtcNow());
            var slept = wall - wallBefore - (running - runningBefore);
            if (slept >= SleepAfter)
            {
                throw new TransportException(TransportFailure.Lost, $"This machine slept for {slept.TotalSeconds:0} s");
            }

            // A process that was stopped itself has not listened: what came meanwhile is read first.
            var wasStopped = running - runningBefore > WatchInterval * 3;
            if (!wasStopped && _options.DeadPeerAfter > TimeSpan.Zero && _transport.SilentFor >= _options.DeadPeerAfter)
            {
                throw new TransportException(
                    TransportFailure.Lost, $"The service gave no sign of life for {_options.DeadPeerAfter.TotalSeconds:0.#} s");
            }
        }
    }
}
