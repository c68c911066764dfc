using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Core.DataChannels;

/// <summary>
/// Keeps the buffers of early messages of the usual size for the next ones: a bad network brings thousands of them again and again, and
/// as garbage they would take several times the memory that is in use. Not thread-safe: the receiving task owns it.
/// </summary>
internal sealed class EarlyMessagePool
{
    // Where agents cut their payloads. Larger ones are fewer, and left to the collector.
    private const int UsualSize = 1024;

    private readonly Stack<byte[]> _free = new();

    /// <summary>A message with a copy of the payload.</summary>
    public EarlyMessage CopyOf(PayloadType payloadType, ReadOnlySpan<byte> payload)
    {
        var buffer = payload.Length > UsualSize
            ? new byte[payload.Length]
            : _free.TryPop(out var free) ? free : new byte[UsualSize];
        payload.CopyTo(buffer);
        return new EarlyMessage(payloadType, buffer, payload.Length);
    }

    /// <summary>The message was processed.</summary>
    public void Return(in EarlyMessage message)
    {
        // As many as were kept at one time, which the reorder buffer bounds.
        if (message.Buffer is { Length: UsualSize } buffer)
        {
            _free.Push(buffer);
        }
    }
}
