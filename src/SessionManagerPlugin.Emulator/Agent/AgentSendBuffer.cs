using System.Diagnostics.CodeAnalysis;
using SessionManagerPlugin.Protocol.Reliability;

namespace SessionManagerPlugin.Emulator.Agent;

/// <summary>
/// The agent's stream messages that are not acknowledged, with the agent's own rule of sending again: only the oldest is looked at, so a
/// burst that was lost comes back one message a look. Pure: it is told the time. Not thread-safe.
/// </summary>
/// <param name="capacity">The most messages that it holds.</param>
/// <param name="maxBytes">With so many bytes it takes no more.</param>
internal sealed class AgentSendBuffer(int capacity, long maxBytes)
{
    private readonly Dictionary<long, Entry> _entries = [];
    private readonly RoundTripEstimator _roundTrip = new();
    private long _oldest;
    private long _nextToSend;
    private long _bytes;

    /// <summary>The sequence number that the next message gets.</summary>
    internal long NextSequenceNumber { get; private set; }

    /// <summary>Whether every message was acknowledged.</summary>
    internal bool IsEmpty => _entries.Count == 0;

    /// <summary>Whether there is room for a message. The real agent would send it and keep no copy; this one does not read on.</summary>
    internal bool HasRoom => _entries.Count < capacity && _bytes < maxBytes;

    /// <summary>Whether messages wait to be sent for the first time.</summary>
    internal bool HasUnsent => _nextToSend < NextSequenceNumber;

    /// <summary>Takes a message, which has <see cref="NextSequenceNumber"/>. It is sent by <see cref="TrySendNext"/>.</summary>
    internal void Add(ReadOnlyMemory<byte> message)
    {
        if (!HasRoom)
        {
            throw new InvalidOperationException("The buffer is full.");
        }

        _entries.Add(NextSequenceNumber++, new Entry(message));
        _bytes += message.Length;
    }

    /// <summary>Gives the next message that was not sent yet and counts it as sent now.</summary>
    internal bool TrySendNext(TimeSpan now, out ReadOnlyMemory<byte> message)
    {
        if (!HasUnsent)
        {
            message = default;
            return false;
        }

        var entry = _entries[_nextToSend++];
        entry.FirstSent = now;
        entry.LastSent = now;
        message = entry.Message;
        return true;
    }

    /// <summary>Gives the oldest message when its acknowledgement is overdue, and counts it as sent again now.</summary>
    internal bool TryResend(TimeSpan now, out ReadOnlyMemory<byte> message)
    {
        if (TryGetOldest(out var entry) && now - entry.LastSent > _roundTrip.RetransmissionTimeout)
        {
            entry.LastSent = now;
            message = entry.Message;
            return true;
        }

        message = default;
        return false;
    }

    /// <summary>
    /// Gives every message whose acknowledgement is overdue, and counts them as sent again now. The real agent does not do this; it shows
    /// what a client could do with one that did.
    /// </summary>
    internal List<ReadOnlyMemory<byte>> TakeOverdue(TimeSpan now)
    {
        var overdue = new List<ReadOnlyMemory<byte>>();
        for (var sequenceNumber = _oldest; sequenceNumber < _nextToSend; sequenceNumber++)
        {
            if (_entries.TryGetValue(sequenceNumber, out var entry) && now - entry.LastSent > _roundTrip.RetransmissionTimeout)
            {
                entry.LastSent = now;
                overdue.Add(entry.Message);
            }
        }

        return overdue;
    }

    /// <summary>Whether the oldest message has waited for so long, of the time since <paramref name="since"/>, that nobody is there.</summary>
    internal bool HasGivenUp(TimeSpan now, TimeSpan since, TimeSpan limit) =>
        TryGetOldest(out var entry) && now - (entry.FirstSent > since ? entry.FirstSent : since) >= limit;

    /// <summary>Takes an acknowledgement. False when it is for no message that was sent and waits.</summary>
    internal bool Acknowledge(long sequenceNumber, TimeSpan now)
    {
        if (sequenceNumber >= _nextToSend || !_entries.Remove(sequenceNumber, out var entry))
        {
            return false;
        }

        _bytes -= entry.Message.Length;

        // The agent measures every message, also one that was sent twice.
        _roundTrip.AddSample(now - entry.LastSent);
        while (_oldest < _nextToSend && !_entries.ContainsKey(_oldest))
        {
            _oldest++;
        }

        return true;
    }

    private bool TryGetOldest([MaybeNullWhen(false)] out Entry entry)
    {
        entry = null;
        return _oldest < _nextToSend && _entries.TryGetValue(_oldest, out entry);
    }

    private sealed class Entry(ReadOnlyMemory<byte> message)
    {
        internal ReadOnlyMemory<byte> Message { get; } = message;

        internal TimeSpan FirstSent { get; set; }

        internal TimeSpan LastSent { get; set; }
    }
}
