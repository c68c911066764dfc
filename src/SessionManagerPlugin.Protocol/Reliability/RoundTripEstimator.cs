namespace SessionManagerPlugin.Protocol.Reliability;

/// <summary>
/// Estimates the round-trip time and derives the retransmission timeout from it. Pure: it is told every measured round trip.
/// </summary>
/// <remarks>
/// The same estimate as the public client's and agent's, so that both ends wait alike: the smoothed time moves by 1/8 of each sample's
/// distance, the variation by 1/4, and the timeout is the smoothed time and four variations. Not thread-safe.
/// </remarks>
public sealed class RoundTripEstimator
{
    /// <summary>What the smoothed round-trip time starts from: a continent away.</summary>
    public static readonly TimeSpan InitialRoundTripTime = TimeSpan.FromMilliseconds(100);

    /// <summary>The timeout before the first sample.</summary>
    public static readonly TimeSpan InitialTimeout = TimeSpan.FromMilliseconds(200);

    /// <summary>The timeout's largest value: a user at a keyboard notices a lost message after a second.</summary>
    public static readonly TimeSpan MaxTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The least margin over the smoothed time: timers and schedulers are not more exact.</summary>
    private static readonly TimeSpan MinMargin = TimeSpan.FromMilliseconds(10);

    private const double SmoothedWeight = 1.0 / 8;
    private const double VariationWeight = 1.0 / 4;
    private const double VariationsInMargin = 4;

    private double _smoothedTicks = InitialRoundTripTime.Ticks;
    private double _variationTicks;

    /// <summary>The smoothed round-trip time.</summary>
    public TimeSpan SmoothedRoundTripTime => new((long)_smoothedTicks);

    /// <summary>How long to wait for an acknowledgement before a message is sent again.</summary>
    public TimeSpan RetransmissionTimeout { get; private set; } = InitialTimeout;

    /// <summary>
    /// Takes one measured round trip. Only of messages that were sent once: the acknowledgement of a message sent twice does not say
    /// which of the two it answers.
    /// </summary>
    public void AddSample(TimeSpan roundTripTime)
    {
        double sample = Math.Max(0, roundTripTime.Ticks);
        _variationTicks += VariationWeight * (Math.Abs(_smoothedTicks - sample) - _variationTicks);
        _smoothedTicks += SmoothedWeight * (sample - _smoothedTicks);

        var timeout = _smoothedTicks + Math.Max(MinMargin.Ticks, VariationsInMargin * _variationTicks);
        RetransmissionTimeout = new TimeSpan((long)Math.Min(timeout, MaxTimeout.Ticks));
    }

    /// <summary>
    /// Nothing was acknowledged for a whole timeout: it doubles, up to its largest value, until the next sample. A way that has become
    /// longer than the timeout is then measured, instead of having every message sent twice for ever.
    /// </summary>
    public void BackOff()
    {
        var doubled = RetransmissionTimeout * 2;
        RetransmissionTimeout = doubled < MaxTimeout ? doubled : MaxTimeout;
    }

    /// <summary>Forgets what was measured: the way is another.</summary>
    public void Reset()
    {
        _smoothedTicks = InitialRoundTripTime.Ticks;
        _variationTicks = 0;
        RetransmissionTimeout = InitialTimeout;
    }
}
