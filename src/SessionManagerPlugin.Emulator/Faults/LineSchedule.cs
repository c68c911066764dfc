namespace SessionManagerPlugin.Emulator.Faults;

/// <summary>
/// When each message of one direction arrives: after those before it are on the wire, and its own bytes, and the way. Pure: it is told
/// the time. Order is kept.
/// </summary>
/// <param name="latency">How long the way takes.</param>
/// <param name="bytesPerSecond">What the wire carries; null when that is not limited.</param>
internal sealed class LineSchedule(TimeSpan latency, double? bytesPerSecond)
{
    private TimeSpan _wireFree;
    private TimeSpan _lastArrival;

    /// <summary>How long a message that comes now would wait for the wire.</summary>
    internal TimeSpan Backlog(TimeSpan now) => _wireFree > now ? _wireFree - now : TimeSpan.Zero;

    /// <summary>When a message arrives that is sent now.</summary>
    /// <param name="size">Its bytes.</param>
    /// <param name="delay">What it takes longer than others.</param>
    /// <param name="now">The time.</param>
    internal TimeSpan Send(int size, TimeSpan delay, TimeSpan now)
    {
        _wireFree = Max(_wireFree, now);
        if (bytesPerSecond is { } rate)
        {
            _wireFree += TimeSpan.FromSeconds(size / rate);
        }

        _lastArrival = Max(_lastArrival, _wireFree + latency + delay);
        return _lastArrival;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
