namespace SessionManagerPlugin.Core.Options;

/// <summary>
/// How often a connection is tried and how long the waits between are: as the public client does it, 5 times, the first wait 100 to
/// 200 ms by chance (so that clients that lost one gateway together do not come back together), then doubling, at most 5 s.
/// </summary>
/// <param name="Count">The number of attempts, at least 1.</param>
/// <param name="MinFirstDelay">The least first wait; the most is twice as long.</param>
/// <param name="MaxDelay">The longest wait.</param>
public sealed record ConnectAttempts(int Count, TimeSpan MinFirstDelay, TimeSpan MaxDelay)
{
    /// <summary>The public client's numbers.</summary>
    public static ConnectAttempts Default { get; } = new(5, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    /// <summary>The wait after an attempt that failed.</summary>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    /// <param name="chance">A number from 0 to 1, the same for all attempts of one connection.</param>
    public TimeSpan DelayAfter(int attempt, double chance)
    {
        // In doubles, where many attempts give a large number and not an overflow.
        var ticks = MinFirstDelay.Ticks * (1 + chance) * Math.Pow(2, attempt - 1);
        return ticks < MaxDelay.Ticks ? TimeSpan.FromTicks((long)ticks) : MaxDelay;
    }
}
