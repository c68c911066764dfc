using System.Globalization;

namespace SessionManagerPlugin.Emulator.Http;

/// <summary>Reads requests from a connection, within bounds. One reader at a time.</summary>
internal sealed class HttpRequestReader(Stream stream)
{
    /// <summary>The longest head; signed requests have less than 4 KiB, and AWS itself cuts at 16.</summary>
    internal const int MaxHeadSize = 32 * 1024;

    /// <summary>The longest body; a StartSession request has at most 64 KiB of parameters.</summary>
    internal const int MaxBodySize = 1024 * 1024;

    private readonly byte[] _buffer = new byte[MaxHeadSize];
    private int _count;

    /// <summary>Whether bytes were received behind the last request.</summary>
    internal bool HasBytesLeft => _count > 0;

    /// <summary>Reads a request's head; null when the connection ended in front of it.</summary>
    /// <exception cref="HttpException">The bytes are not a head, or too many.</exception>
    /// <exception cref="EndOfStreamException">The connection ended in the middle.</exception>
    internal async Task<HttpRequestHead?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var end = HttpHeadParser.FindEnd(_buffer.AsSpan(0, _count));
            if (end >= 0)
            {
                var head = HttpHeadParser.Parse(_buffer.AsSpan(0, end));
                Consume(end);
                return head;
            }

            if (_count == _buffer.Length)
            {
                throw new HttpException(431, $"The head is longer than {MaxHeadSize} bytes.");
            }

            var read = await stream.ReadAsync(_buffer.AsMemory(_count), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return _count == 0 ? null : throw new EndOfStreamException("The connection ended within a request's head.");
            }

            _count += read;
        }
    }

    /// <summary>Reads the body that belongs to a head, and answers a client that waits for a word first.</summary>
    /// <exception cref="HttpException">The body has no length, or too great a one.</exception>
    /// <exception cref="EndOfStreamException">The connection ended in the middle.</exception>
    internal async Task<byte[]> ReadBodyAsync(HttpRequestHead head, CancellationToken cancellationToken)
    {
        var length = BodyLength(head);
        if (length > 0 && head.ExpectsContinue && _count == 0)
        {
            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        var body = new byte[length];
        var here = Math.Min(length, _count);
        _buffer.AsSpan(0, here).CopyTo(body);
        Consume(here);
        await stream.ReadExactlyAsync(body.AsMemory(here), cancellationToken).ConfigureAwait(false);
        return body;
    }

    private static int BodyLength(HttpRequestHead head)
    {
        if (head.Headers["Transfer-Encoding"] is not null)
        {
            throw new HttpException(411, "A body needs a Content-Length.");
        }

        if (head.Headers["Content-Length"] is not { } text)
        {
            return 0;
        }

        if (head.Headers.Count("Content-Length") > 1
            || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            throw new HttpException(400, "Not a Content-Length.");
        }

        return length <= MaxBodySize ? (int)length : throw new HttpException(413, $"The body is longer than {MaxBodySize} bytes.");
    }

    private void Consume(int count)
    {
        _buffer.AsSpan(count, _count - count).CopyTo(_buffer);
        _count -= count;
    }
}
