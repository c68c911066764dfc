namespace SessionManagerPlugin.Core.DataChannels;

/// <summary>
/// Keeps messages of the ordinary size for the next use, so that sending allocates nothing in steady state. It holds no more than the
/// window had in use at one time. Not thread-safe: the data channel guards it.
/// </summary>
internal sealed class OutgoingMessagePool
{
    private readonly Stack<OutgoingMessage> _free = new();
    private readonly int _maxPayload;

    public OutgoingMessagePool(int maxPayload) => _maxPayload = maxPayload;

    public OutgoingMessage Rent(int payloadLength)
    {
        if (payloadLength > _maxPayload)
        {
            return new OutgoingMessage(payloadLength);
        }

        return _free.TryPop(out var message) ? message : new OutgoingMessage(_maxPayload);
    }

    public void Return(OutgoingMessage message)
    {
        if (message.MaxPayload == _maxPayload)
        {
            _free.Push(message);
        }
    }
}
