using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Core.DataChannels;

/// <summary>
/// The acknowledgements that wait to be sent: written by the receiving task, read by the sending task, bounded.
/// </summary>
internal sealed class AcknowledgementQueue
{
    // More than the largest burst that a connection delivers between two turns of the sending task (64 KiB of socket buffer are 57
    // messages of 1024 bytes), and as much as an agent sends in an hour of a stuck connection's buffers.
    private const int Capacity = 4096;

    private readonly Lock _gate = new();
    private readonly Acknowledgement[] _ring = new Acknowledgement[Capacity];
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
            if (_count == Capacity)
            {
                return false;
            }

            _ring[(_first + _count) % Capacity] = acknowledgement;
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
            _first = (_first + 1) % Capacity;
            _count--;
            return true;
        }
    }
}
