using System.Diagnostics.CodeAnalysis;

namespace SessionManagerPlugin.Protocol.Reliability;

/// <summary>
/// The stream messages that were accepted and not acknowledged, in order: those not sent yet, and those sent that may have to be sent
/// again. It is the one queue between a session and the connection. Pure: it is told the time and says what to send.
/// </summary>
/// <typeparam name="TMessage">
/// The message's bytes, or what stands for them. The window owns it from <see cref="Add"/> until <see cref="Acknowledge"/> or
/// <see cref="TryRemoveFirst"/> hands it back.
/// </typeparam>
/// <remarks>
/// <code>
///     first unacknowledged        next to send             next sequence number
///              |                       |                            |
///   . . . . . [s][a][s][s][s][s][s][s][ ][ ][ ][ ][ ] . . . . . . . .
///              '--- in flight -------'  '-- not sent -'
///     s sent, a acknowledged out of order
/// </code>
/// A message is sent again, unchanged, for one of two signs. One that was sent clearly after it has been acknowledged: it is taken for
/// lost, and comes back a round trip after it was sent. Or its time is over and nothing at all was acknowledged for a whole timeout. While
/// acknowledgements come, a late one is only late: to send a slow link's whole window again because its queue has grown would make the
/// queue grow. Every message has a due time of its own, so a burst that was lost comes back at once and not one message a tick. Not
/// thread-safe: the data channel guards it.
/// </remarks>
public sealed class SendWindow<TMessage>
{
    /// <summary>
    /// How much later a message must have been sent than one that it has overtaken for that to be taken for lost, at least. The way is a
    /// stream below, so what is overtaken is nearly always lost; a relay with several workers can still swap neighbours.
    /// </summary>
    private static readonly TimeSpan MinReordering = TimeSpan.FromMilliseconds(2);

    /// <summary>A pass for overtaken messages reads the whole window, so there is one for many acknowledgements.</summary>
    private static readonly TimeSpan LossScanInterval = TimeSpan.FromMilliseconds(1);

    private readonly Entry[] _ring;
    private readonly long _maxBytes;
    private readonly TimeSpan _giveUpAfter;
    private long _first;
    private long _nextToSend;
    private long _next;
    private long _bytes;
    private long _inFlight;

    // How many messages are acknowledged behind one that is not.
    private int _overtaking;

    // The time of the latest transmission that was acknowledged, and when it is a whole timeout since the last acknowledgement.
    private TimeSpan _latestDelivered = TimeSpan.MinValue;
    private TimeSpan _silentFrom;

    // No message in flight is due before this.
    private TimeSpan _earliestDue = TimeSpan.MaxValue;

    // The pass over the window that is under way: where it stands, and the earliest due time of what it has passed.
    private long _scan;
    private TimeSpan _scanEarliestDue;
    private TimeSpan _nextLossScan = TimeSpan.MinValue;
    private TimeSpan _backedOffUntil = TimeSpan.MinValue;

    /// <summary>An empty window; the first message gets sequence number 0.</summary>
    /// <param name="maxMessages">The most messages that it holds; rounded up to a power of two.</param>
    /// <param name="maxBytes">The most bytes that it holds; one message is taken whatever its size.</param>
    /// <param name="giveUpAfter">How long a message may stay without an acknowledgement after it was first sent on a connection.</param>
    public SendWindow(int maxMessages, long maxBytes, TimeSpan giveUpAfter)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxMessages);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        _ring = new Entry[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)maxMessages)];
        _maxBytes = maxBytes;
        _giveUpAfter = giveUpAfter;
        Congestion = new CongestionWindow(maxBytes);
    }

    /// <summary>The sequence number that the next message gets.</summary>
    public long NextSequenceNumber => _next;

    /// <summary>How many messages it holds, with those acknowledged behind an unacknowledged one.</summary>
    public int Count => (int)(_next - _first);

    /// <summary>The measured round trips, and the timeout that follows from them.</summary>
    public RoundTripEstimator RoundTrip { get; } = new();

    /// <summary>How many bytes may be in flight.</summary>
    public CongestionWindow Congestion { get; }

    /// <summary>The bytes that were sent and not acknowledged.</summary>
    public long BytesInFlight => _inFlight;

    /// <summary>Whether nothing waits to be sent or acknowledged.</summary>
    public bool IsEmpty => _first == _next;

    /// <summary>Whether there is room for a message. When there is none, the source is not read.</summary>
    public bool HasRoom(int size) => IsEmpty || (Count < _ring.Length && _bytes + size <= _maxBytes);

    /// <summary>Takes a message. It gets <see cref="NextSequenceNumber"/>, which then moves on.</summary>
    /// <exception cref="InvalidOperationException">There is no room.</exception>
    public void Add(TMessage message, int size)
    {
        if (!HasRoom(size))
        {
            throw new InvalidOperationException("The send window is full.");
        }

        ref var entry = ref EntryAt(_next);
        entry = new Entry { Message = message, Size = size };
        _bytes += size;
        _next++;
    }

    /// <summary>
    /// Gives the next message that was not sent yet, and counts it as sent now. False when there is none, or when no more may be in flight.
    /// </summary>
    /// <param name="now">A time stamp; only differences count.</param>
    /// <param name="message">The message. The window keeps it.</param>
    public bool TrySendNext(TimeSpan now, [MaybeNullWhen(false)] out TMessage message)
    {
        if (_nextToSend == _next)
        {
            message = default;
            return false;
        }

        ref var entry = ref EntryAt(_nextToSend);
        if (_inFlight > 0 && _inFlight + entry.Size > Congestion.Bytes)
        {
            message = default;
            return false;
        }

        if (_inFlight == 0)
        {
            // Silence is counted from when there is something to answer.
            SetSilentFrom(now + RoundTrip.RetransmissionTimeout);
        }

        _nextToSend++;
        _inFlight += entry.Size;
        entry.FirstSent = now;
        entry.MarkSent(now, RoundTrip.RetransmissionTimeout);
        _earliestDue = Min(_earliestDue, entry.Due);
        message = entry.Message!;
        return true;
    }

    /// <summary>
    /// Gives a message whose acknowledgement is overdue, the oldest first, and counts it as sent again now. To be called until it
    /// returns false: one pass over the window then serves a whole burst.
    /// </summary>
    public bool TryResendNext(TimeSpan now, [MaybeNullWhen(false)] out TMessage message, out long sequenceNumber)
    {
        if (now >= _earliestDue)
        {
            if (_scan <= _first)
            {
                _scan = _first;
                _scanEarliestDue = TimeSpan.MaxValue;
            }

            for (; _scan < _nextToSend; _scan++)
            {
                ref var entry = ref EntryAt(_scan);
                if (entry.IsAcknowledged)
                {
                    continue;
                }

                var due = entry.IsRewound ? entry.Due : Max(entry.Due, _silentFrom);
                var isOverdue = due <= now;
                if (isOverdue || IsOvertaken(entry.LastSent))
                {
                    if (isOverdue && !entry.IsRewound)
                    {
                        OnTimeout(now);
                    }

                    entry.MarkSent(now, RoundTrip.RetransmissionTimeout);
                    _scanEarliestDue = Min(_scanEarliestDue, entry.Due);
                    message = entry.Message!;
                    sequenceNumber = _scan++;
                    return true;
                }

                _scanEarliestDue = Min(_scanEarliestDue, due);
            }

            _earliestDue = _scanEarliestDue;
            _nextLossScan = now + LossScanInterval;
            _scan = _first;
        }

        message = default;
        sequenceNumber = -1;
        return false;
    }

    /// <summary>
    /// When to look for overdue messages again; null while nothing is in flight. Never later than the next due time; it can be
    /// earlier, when the message that it was for has been acknowledged.
    /// </summary>
    public TimeSpan? NextDue() => _first == _nextToSend ? null : _earliestDue;

    /// <summary>Whether the oldest message has waited for its acknowledgement for so long that the far side must be gone.</summary>
    public bool HasGivenUp(TimeSpan now) => _first < _nextToSend && now - EntryAt(_first).FirstSent >= _giveUpAfter;

    /// <summary>
    /// Takes an acknowledgement. False when it is for a message that is not in flight: one acknowledged before, or any number that an
    /// attacker chose.
    /// </summary>
    /// <param name="sequenceNumber">Any number.</param>
    /// <param name="now">A time stamp; only differences count.</param>
    /// <param name="message">The message, which is the caller's again.</param>
    public bool Acknowledge(long sequenceNumber, TimeSpan now, [MaybeNullWhen(false)] out TMessage message)
    {
        if (sequenceNumber < _first || sequenceNumber >= _nextToSend || EntryAt(sequenceNumber).IsAcknowledged)
        {
            message = default;
            return false;
        }

        ref var entry = ref EntryAt(sequenceNumber);
        TakeSample(entry.Attempts, now - entry.FirstSent, now - entry.LastSent, entry.Size, now);
        if (entry.Attempts == 1 || !AnswersEarlier(now - entry.LastSent))
        {
            _latestDelivered = Max(_latestDelivered, entry.LastSent);
        }

        message = entry.Message!;
        _bytes -= entry.Size;
        _inFlight -= entry.Size;
        SetSilentFrom(now + RoundTrip.RetransmissionTimeout);
        entry.IsAcknowledged = true;
        entry.Message = default;
        _overtaking++;

        while (_first < _nextToSend && EntryAt(_first).IsAcknowledged)
        {
            _first++;
            _overtaking--;
        }

        if (_overtaking > 0)
        {
            // Also for the pass that is under way, which may have gone by what is overtaken now.
            var scan = Max(now, _nextLossScan);
            _earliestDue = Min(_earliestDue, scan);
            _scanEarliestDue = Min(_scanEarliestDue, scan);
        }

        return true;
    }

    /// <summary>
    /// A new connection has taken the place of the old one: everything unacknowledged is to be sent again at once, oldest first. The
    /// far side gets its full time to answer there: what passed without a connection, such as a laptop's sleep, says nothing about it.
    /// </summary>
    public void Rewind(TimeSpan now)
    {
        for (var sequenceNumber = _first; sequenceNumber < _nextToSend; sequenceNumber++)
        {
            ref var entry = ref EntryAt(sequenceNumber);
            if (!entry.IsAcknowledged)
            {
                entry.FirstSent = now;
                entry.Due = now;
                entry.IsRewound = true;
                entry.Attempts = 0;
            }
        }

        _earliestDue = now;
        _scan = _first;
        _silentFrom = now;
        _latestDelivered = TimeSpan.MinValue;
        _backedOffUntil = TimeSpan.MinValue;
        RoundTrip.Reset();
        Congestion.Reset();
    }

    /// <summary>Hands back the oldest message, acknowledged or not: the channel is over and its buffers are returned.</summary>
    public bool TryRemoveFirst([MaybeNullWhen(false)] out TMessage message)
    {
        while (_first < _next)
        {
            var wasSent = _first < _nextToSend;
            ref var entry = ref EntryAt(_first++);
            _nextToSend = Math.Max(_nextToSend, _first);
            if (entry.IsAcknowledged)
            {
                _overtaking--;
            }
            else
            {
                _bytes -= entry.Size;
                _inFlight -= wasSent ? entry.Size : 0;
                message = entry.Message!;
                entry = default;
                return true;
            }
        }

        message = default;
        return false;
    }

    /// <summary>
    /// Whether an acknowledgement comes so soon behind a transmission that it must answer the one before: it is the first of the two that
    /// took its time, and it is measured. Without this a way that is longer than the timeout would never be learned.
    /// </summary>
    private bool AnswersEarlier(TimeSpan sinceLastSent) => sinceLastSent < RoundTrip.SmoothedRoundTripTime / 2;

    private void TakeSample(int attempts, TimeSpan sinceFirstSent, TimeSpan sinceLastSent, int size, TimeSpan now)
    {
        // The acknowledgement of a message that was sent more than once does not say otherwise which transmission it answers.
        TimeSpan? sample = attempts switch
        {
            1 => sinceLastSent,
            2 when AnswersEarlier(sinceLastSent) => sinceFirstSent,
            _ => null,
        };
        if (sample is { } roundTrip)
        {
            RoundTrip.AddSample(roundTrip);
            Congestion.OnAcknowledged(now, roundTrip, size, isFull: _inFlight >= Congestion.Bytes / 2);
        }
    }

    /// <summary>No message times out before this. It can be earlier than before, when the timeout has become shorter.</summary>
    private void SetSilentFrom(TimeSpan time)
    {
        _silentFrom = time;
        _earliestDue = Min(_earliestDue, time);
        _scanEarliestDue = Min(_scanEarliestDue, time);
    }

    /// <summary>Nothing was acknowledged for a whole timeout. The next one is longer, until a round trip is measured again.</summary>
    private void OnTimeout(TimeSpan now)
    {
        if (now < _backedOffUntil)
        {
            return;
        }

        Congestion.OnTimeout(now, RoundTrip.RetransmissionTimeout);
        RoundTrip.BackOff();
        _backedOffUntil = now + RoundTrip.RetransmissionTimeout;
    }

    private bool IsOvertaken(TimeSpan lastSent)
    {
        var reordering = Max(MinReordering, RoundTrip.SmoothedRoundTripTime / 8);
        return _overtaking > 0 && _latestDelivered > lastSent + reordering;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private ref Entry EntryAt(long sequenceNumber) => ref _ring[sequenceNumber & (_ring.Length - 1)];

    private struct Entry
    {
        public TMessage? Message;
        public int Size;
        public int Attempts;
        public bool IsAcknowledged;

        // A new connection has come, and it was not sent on it yet.
        public bool IsRewound;

        // On the connection of now.
        public TimeSpan FirstSent;
        public TimeSpan LastSent;
        public TimeSpan Due;

        /// <summary>Counts a transmission.</summary>
        public void MarkSent(TimeSpan now, TimeSpan timeout)
        {
            IsRewound = false;
            LastSent = now;
            Due = now + timeout;
            Attempts++;
        }
    }
}
