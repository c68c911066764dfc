using System.Text;

namespace SessionManagerPlugin.Emulator.Http;

/// <summary>A response.</summary>
/// <param name="Status">The status.</param>
/// <param name="ContentType">What the body is.</param>
/// <param name="Body">The body.</param>
internal sealed record HttpResponse(int Status, string ContentType, ReadOnlyMemory<byte> Body)
{
    /// <summary>Further header fields.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Whether the connection ends with this response.</summary>
    internal bool IsLast { get; init; }

    /// <summary>A response of one line of text.</summary>
    internal static HttpResponse Text(int status, string text) => new(status, "text/plain", Encoding.UTF8.GetBytes(text + "\n"));

    /// <summary>Sends the response.</summary>
    internal async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new StringBuilder()
            .Append($"HTTP/1.1 {Status} {ReasonPhrase(Status)}\r\nContent-Type: {ContentType}\r\nContent-Length: {Body.Length}\r\n");
        foreach (var (name, value) in Headers)
        {
            head.Append($"{name}: {value}\r\n");
        }

        head.Append(IsLast ? "Connection: close\r\n\r\n" : "\r\n");

        // One write: a head and a body in two segments would wait for each other's acknowledgement.
        byte[] bytes = [.. Encoding.Latin1.GetBytes(head.ToString()), .. Body.Span];
        await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static string ReasonPhrase(int status) => status switch
    {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        411 => "Length Required",
        413 => "Content Too Large",
        426 => "Upgrade Required",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "Unknown",
    };
}
