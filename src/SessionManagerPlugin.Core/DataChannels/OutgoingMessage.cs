using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Core.DataChannels;

/// <summary>
/// A stream message with its bytes as they go out, now and whenever they are sent again. The send window owns it until it is
/// acknowledged; then the sending task puts it back into <see cref="OutgoingMessagePool"/>.
/// </summary>
internal sealed class OutgoingMessage
{
    private readonly byte[] _buffer;
    private int _length;

    public OutgoingMessage(int maxPayload) => _buffer = new byte[ClientMessageWriter.MessageSize(maxPayload)];

    /// <summary>The largest payload that fits.</summary>
    public int MaxPayload => _buffer.Length - ClientMessageLayout.PayloadOffset;

    /// <summary>Where the payload goes: behind the place of the header.</summary>
    public Memory<byte> Payload => _buffer.AsMemory(ClientMessageLayout.PayloadOffset);

    /// <summary>The whole message.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Writes the header in front of the payload that is in place.</summary>
    public void Complete(in ClientMessageHeader header, int payloadLength)
    {
        _length = ClientMessageWriter.MessageSize(payloadLength);
        ClientMessageWriter.WriteHeader(_buffer.AsSpan(0, _length), header);
    }
}
