using System.Net.WebSockets;

namespace SessionManagerPlugin.Emulator.Gateway;

/// <summary>Reads whole WebSocket messages of up to a size. One reader at a time.</summary>
internal sealed class WebSocketReader(WebSocket socket, int maxSize)
{
    private byte[] _buffer = new byte[Math.Min(16 * 1024, maxSize)];

    /// <summary>Reads one message.</summary>
    /// <returns>
    /// The message's type and bytes, which are valid until the next read. For a message that is too long the bytes are null, and the
    /// rest of it is read as if it were another.
    /// </returns>
    /// <exception cref="WebSocketException">The connection broke.</exception>
    internal async ValueTask<(WebSocketMessageType Type, ReadOnlyMemory<byte>? Bytes)> ReadAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        while (true)
        {
            var result = await socket.ReceiveAsync(_buffer.AsMemory(count), cancellationToken).ConfigureAwait(false);
            count += result.Count;
            if (result.EndOfMessage || result.MessageType == WebSocketMessageType.Close)
            {
                return (result.MessageType, _buffer.AsMemory(0, count));
            }

            if (count == _buffer.Length)
            {
                if (count == maxSize)
                {
                    return (result.MessageType, null);
                }

                Array.Resize(ref _buffer, Math.Min(2 * count, maxSize));
            }
        }
    }
}
