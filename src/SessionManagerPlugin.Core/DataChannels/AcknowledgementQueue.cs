using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Core.DataChannels;

/// <summary>
/// The acknowledgements that wait to be sent: written by the receiving task, read by the sending task, bounded.
/// </summary>
internal sealed class AcknowledgementQueue
{
    /// <summary>
    /// The agent keeps up to 100,000 messages that were not acknowledged, so no more acknowledgements than that can ever matter. They must
    /// not be left out lightly: the agent sends only its oldest message again, ten times a second.
    /// </summary>
    internal const int MaxCapacity = 1 << 17;

    // What a connection delivers between two turns of the sending task; the ring grows when it is more.
    private const int InitialCapacity = 1024;

    private readonly Lock _gate = new();
    private Acknowledgement[] _ring = new Acknowledgement[InitialCapacity];
    private int _first;
    private int _count;

    /// <summary>
    /// Puts an acknowledgement in. False when there is no room; then it is left out, which is safe: the agent sends the message again,
    /// and it is acknowledged as a duplicate. Waiting here instead would stop both directions when both sides' buffers are full.
    /// </summary>
    public bool TryEnqueue(in Acknowledgement acknowledgement)
    {
        lock (_gate)
        {
            if (_count == _ring.Length && !TryGrow())
            {
                return false;
            }

            _ring[(_first + _count) % _ring.Length] = acknowledgement;
            _count++;
            return true;
        }
    }

    /// <summary>Takes the oldest one out.</summary>
    public bool TryDequeue(out Acknowledgement acknowledgement)
    {
        lock (_gate)
        {
            if (_count == 0)
            {
                acknowledgement = default;
                return false;
            }

            acknowledgement = _ring[_first];
            _first = (_first + 1) % _ring.Length;
            _count--;
            return true;
        }
    }

    private bool TryGrow()
    {
        if (_ring.Length == MaxCapacity)
        {
            return false;
        }

        var larger = new Acknowledgement[_ring.Length * 2];
        var beforeWrap = Math.Min(_count, _ring.Length - _first);
        _ring.AsSpan(_first, beforeWrap).CopyTo(larger);
        _ring.AsSpan(0, _count - beforeWrap).CopyTo(larger.AsSpan(beforeWrap));
        (_ring, _first) = (larger, 0);
        return true;
    }
}
