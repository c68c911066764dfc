namespace SessionManagerPlugin.Protocol.Reliability;

/// <summary>
/// How many bytes may be in flight. Pure: it is told of every acknowledgement and of every timeout.
/// </summary>
/// <remarks>
/// <para>
/// The network's own congestion is TCP's business, below. What can be overrun here is what lies behind it: the service's relay, the
/// agent, its multiplexer's 4 MiB. They do not lose messages when they are slow, they acknowledge later. So the sign is the delay of
/// acknowledgements over the shortest seen, the queue that we ourselves cause, and not a lost message: one that is lost now and then
/// would otherwise hold a fast link to a handful of messages a round trip.
/// </para>
/// <para>
/// Slow start doubles the window every round trip until the queue shows. Then it grows by an eighth every round trip while there is next
/// to no queue, by a fixed step while the queue is short, and shrinks by a fraction every round trip in which even the quickest
/// acknowledgement was late: one that was held up says nothing of a queue. When no acknowledgement at all comes for a whole
/// retransmission timeout it is halved.
/// </para>
/// Not thread-safe: the send window owns it.
/// </remarks>
public sealed class CongestionWindow
{
    /// <summary>What a session starts with: as much as a first flight of TCP carries in a few round trips.</summary>
    public const int InitialBytes = 64 * 1024;

    /// <summary>It never shrinks below this: a full batch of small messages, or one of the largest, with room for the next.</summary>
    public const int MinBytes = 16 * 1024;

    /// <summary>
    /// The queue that is aimed at. Long enough that a busy processor's late wake-ups do not look like congestion, short enough that a key
    /// pressed next to an upload is felt to arrive at once.
    /// </summary>
    private static readonly TimeSpan TargetQueue = TimeSpan.FromMilliseconds(100);

    /// <summary>The shortest round trip is forgotten after this: routes change, and a first sample can be a lucky one.</summary>
    private static readonly TimeSpan BaseLifetime = TimeSpan.FromSeconds(60);

    /// <summary>Growth a round trip outside slow start: at 20 ms, 800 KiB/s faster every second.</summary>
    private const int GrowthBytes = 16 * 1024;

    /// <summary>
    /// Growth a round trip while the queue is under a quarter of its target: a window that a pause of the machine has shrunk is back after
    /// a few round trips, and not after a minute.
    /// </summary>
    private const double QuickGrowth = 1.0 / 8;

    /// <summary>What is left after a long queue was seen. Gentle, since it is done every round trip for as long as the queue is long.</summary>
    private const double Decrease = 0.85;

    private readonly long _maxBytes;
    private TimeSpan _base = TimeSpan.MaxValue;
    private TimeSpan _nextBase = TimeSpan.MaxValue;
    private TimeSpan _baseExpires = TimeSpan.MinValue;
    private TimeSpan _lastDecrease = TimeSpan.MinValue;

    // The shortest round trip of the flight that is being acknowledged, and when its first acknowledgement came.
    private TimeSpan _flightShortest = TimeSpan.MaxValue;
    private TimeSpan _flightBegan = TimeSpan.MinValue;
    private bool _isSlowStart = true;
    private double _bytes;

    /// <summary>A window at its initial size.</summary>
    /// <param name="maxBytes">The largest size.</param>
    public CongestionWindow(long maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        _maxBytes = maxBytes;
        _bytes = Math.Min(InitialBytes, maxBytes);
    }

    /// <summary>The bytes that may be in flight.</summary>
    public long Bytes => (long)_bytes;

    /// <summary>A message that was sent once was acknowledged.</summary>
    /// <param name="now">A time stamp; only differences count.</param>
    /// <param name="roundTrip">From its transmission to its acknowledgement.</param>
    /// <param name="size">Its bytes.</param>
    /// <param name="isFull">Whether the window was in use to its limit. A window that nobody fills says nothing about a larger one.</param>
    public void OnAcknowledged(TimeSpan now, TimeSpan roundTrip, int size, bool isFull)
    {
        UpdateBase(now, roundTrip);
        var queue = roundTrip - _base;
        if (queue > TargetQueue / 2)
        {
            _isSlowStart = false;
        }

        if (isFull && queue <= TargetQueue)
        {
            var growth = _isSlowStart ? size
                : queue < TargetQueue / 4 ? Math.Max(GrowthBytes, QuickGrowth * _bytes) * size / _bytes
                : (double)GrowthBytes * size / _bytes;
            _bytes = Math.Min(_bytes + growth, _maxBytes);
        }

        ShrinkAfterLateFlight(now, roundTrip);
    }

    /// <summary>No acknowledgement came for a whole retransmission timeout, though some were due.</summary>
    /// <param name="now">A time stamp; only differences count.</param>
    /// <param name="timeout">The timeout.</param>
    public void OnTimeout(TimeSpan now, TimeSpan timeout)
    {
        _isSlowStart = false;
        if (_lastDecrease == TimeSpan.MinValue || now - _lastDecrease >= timeout)
        {
            _lastDecrease = now;
            Shrink(0.5);
        }
    }

    /// <summary>A new connection: what was learned of the old one's way is forgotten.</summary>
    public void Reset()
    {
        _base = _nextBase = TimeSpan.MaxValue;
        _baseExpires = _lastDecrease = _flightBegan = TimeSpan.MinValue;
        _flightShortest = TimeSpan.MaxValue;
        _isSlowStart = true;
        _bytes = Math.Min(Math.Max(_bytes / 2, InitialBytes), _maxBytes);
    }

    private void ShrinkAfterLateFlight(TimeSpan now, TimeSpan roundTrip)
    {
        _flightShortest = roundTrip < _flightShortest ? roundTrip : _flightShortest;
        if (_flightBegan == TimeSpan.MinValue)
        {
            _flightBegan = now;
        }
        else if (now - _flightBegan >= _flightShortest)
        {
            if (_flightShortest - _base > TargetQueue)
            {
                Shrink(Decrease);
            }

            _flightBegan = now;
            _flightShortest = TimeSpan.MaxValue;
        }
    }

    private void Shrink(double factor) => _bytes = Math.Min(Math.Max(_bytes * factor, MinBytes), _maxBytes);

    /// <summary>The shortest round trip of the last one to two lifetimes, kept in two halves.</summary>
    private void UpdateBase(TimeSpan now, TimeSpan roundTrip)
    {
        if (_baseExpires == TimeSpan.MinValue)
        {
            _baseExpires = now + BaseLifetime;
        }
        else if (now >= _baseExpires)
        {
            _base = _nextBase;
            _nextBase = TimeSpan.MaxValue;
            _baseExpires = now + BaseLifetime;
        }

        _base = roundTrip < _base ? roundTrip : _base;
        _nextBase = roundTrip < _nextBase ? roundTrip : _nextBase;
    }
}
