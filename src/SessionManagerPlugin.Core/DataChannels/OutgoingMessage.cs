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

    /// <summary>The whole message.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Puts a payload and its header in.</summary>
    public void Set(in ClientMessageHeader header, ReadOnlySpan<byte> payload) =>
        _length = ClientMessageWriter.Write(_buffer, header, payload);
}
