using System.Buffers;
using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Core.DataChannels;

/// <summary>
/// What the reorder buffer keeps of a message that came before its turn: a copy in a pooled buffer, which <see cref="Release"/> gives back.
/// </summary>
internal readonly struct EarlyMessage
{
    private readonly byte[]? _buffer;
    private readonly int _length;

    private EarlyMessage(PayloadType payloadType, byte[] buffer, int length)
    {
        PayloadType = payloadType;
        _buffer = buffer;
        _length = length;
    }

    public PayloadType PayloadType { get; }

    public ReadOnlyMemory<byte> Payload => _buffer.AsMemory(0, _length);

    public static EarlyMessage CopyOf(PayloadType payloadType, ReadOnlySpan<byte> payload)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(payload.Length);
        payload.CopyTo(buffer);
        return new EarlyMessage(payloadType, buffer, payload.Length);
    }

    /// <summary>The payload was processed. Does nothing for the default value: a message that did not come early.</summary>
    public void Release()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }
}
