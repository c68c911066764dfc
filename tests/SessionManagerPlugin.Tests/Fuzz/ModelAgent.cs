using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Fuzz;

/// <summary>
/// A simple agent: it keeps what it has not had acknowledged and sends it again, oldest first; it takes the client's stream in order,
/// keeps a few early messages, and acknowledges what it keeps and what came before.
/// </summary>
internal sealed class ModelAgent
{
    private readonly List<(PayloadType Type, byte[] Payload)> _stream;
    private readonly SortedSet<int> _unacknowledged = [];
    private readonly Dictionary<long, (PayloadType Type, byte[] Payload)> _early = [];
    private readonly Dictionary<long, byte[]> _seen = [];
    private readonly int _maxEarly;
    private readonly int _maxInFlight;
    private int _next;

    public ModelAgent(List<(PayloadType Type, byte[] Payload)> stream, int maxEarly, int maxInFlight)
    {
        _stream = stream;
        _maxEarly = maxEarly;
        _maxInFlight = maxInFlight;
    }

    /// <summary>What came of the client's stream, in order.</summary>
    public List<(PayloadType Type, byte[] Payload)> Arrived { get; } = [];

    public bool HasNothingLeft => _next == _stream.Count && _unacknowledged.Count == 0;

    public int UnacknowledgedCount => _unacknowledged.Count;

    /// <summary>The next message of the stream, if one may be sent now.</summary>
    public byte[]? SendNext()
    {
        if (_next == _stream.Count || _unacknowledged.Count >= _maxInFlight)
        {
            return null;
        }

        _unacknowledged.Add(_next);
        return Message(_next++);
    }

    /// <summary>What is not acknowledged, oldest first.</summary>
    public IEnumerable<byte[]> Resend(int count) => _unacknowledged.Take(count).Select(Message);

    /// <summary>Takes a message of the client; gives the answer, if there is one.</summary>
    public byte[]? Take(SentMessage message)
    {
        if (message.IsAcknowledgement)
        {
            var number = message.Acknowledgement.SequenceNumber;
            Assert.InRange(number, 0, _next - 1);
            Assert.Equal(MessageType.OutputStreamData, message.Acknowledgement.AcknowledgedMessageType);
            _unacknowledged.Remove((int)number);
            return null;
        }

        Assert.Equal(MessageType.InputStreamData, message.Header.MessageType);
        var sequenceNumber = message.Header.SequenceNumber;
        if (!_seen.TryAdd(sequenceNumber, message.Bytes))
        {
            Assert.True(_seen[sequenceNumber].AsSpan().SequenceEqual(message.Bytes), $"message {sequenceNumber} was changed when it was sent again");
        }

        if (sequenceNumber > Arrived.Count)
        {
            if (!_early.ContainsKey(sequenceNumber) && _early.Count >= _maxEarly)
            {
                return null;
            }

            _early[sequenceNumber] = (message.Header.PayloadType, message.Payload);
        }
        else if (sequenceNumber == Arrived.Count)
        {
            Arrived.Add((message.Header.PayloadType, message.Payload));
            while (_early.Remove(Arrived.Count, out var next))
            {
                Arrived.Add(next);
            }
        }

        return FakeTransport.AcknowledgementOf(message);
    }

    /// <summary>The same bytes however often it is sent.</summary>
    private byte[] Message(int number) => FakeTransport.Message(
        MessageType.OutputStreamData, number, _stream[number].Type, _stream[number].Payload, new Guid(number, 0, 0, new byte[8]));
}
