using System.Buffers;
using System.Text;

namespace SessionManagerPlugin.Emulator.Http;

/// <summary>
/// Reads the head of an HTTP/1.1 request: a pure function over bytes from the wire. It is strict, since a client's mistake is what a
/// test is to find.
/// </summary>
internal static class HttpHeadParser
{
    /// <summary>More fields than any client sends.</summary>
    private const int MaxFields = 100;

    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Where a head ends, the empty line included; -1 when the bytes do not have all of it.</summary>
    internal static int FindEnd(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        return end < 0 ? -1 : end + 4;
    }

    /// <summary>Reads a head.</summary>
    /// <param name="bytes">The head as <see cref="FindEnd"/> cuts it.</param>
    /// <exception cref="HttpException">It is not a head that this reads.</exception>
    internal static HttpRequestHead Parse(ReadOnlySpan<byte> bytes)
    {
        // Header fields are ASCII; Latin-1 maps every other byte to something that is then refused or passed on unchanged.
        var lines = Encoding.Latin1.GetString(bytes[..^4]).Split("\r\n");
        var (method, target, isHttp10) = ParseRequestLine(lines[0]);
        if (lines.Length - 1 > MaxFields)
        {
            throw new HttpException(431, $"More than {MaxFields} header fields.");
        }

        var fields = new KeyValuePair<string, string>[lines.Length - 1];
        for (var i = 1; i < lines.Length; i++)
        {
            fields[i - 1] = ParseField(lines[i]);
        }

        var question = target.IndexOf('?', StringComparison.Ordinal);
        return new HttpRequestHead(
            method,
            question < 0 ? target : target[..question],
            question < 0 ? "" : target[(question + 1)..],
            isHttp10,
            new HttpHeaders(fields));
    }

    private static (string Method, string Target, bool IsHttp10) ParseRequestLine(string line)
    {
        var parts = line.Split(' ');
        if (parts.Length != 3 || !IsToken(parts[0]) || !IsTarget(parts[1]))
        {
            throw new HttpException(400, "Not a request line.");
        }

        return parts[2] switch
        {
            "HTTP/1.1" => (parts[0], parts[1], false),
            "HTTP/1.0" => (parts[0], parts[1], true),
            _ => throw new HttpException(505, "Only HTTP/1.0 and HTTP/1.1 are spoken."),
        };
    }

    private static KeyValuePair<string, string> ParseField(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !IsToken(line[..colon]))
        {
            throw new HttpException(400, "Not a header field.");
        }

        var value = line[(colon + 1)..].Trim(' ', '\t');
        return value.AsSpan().ContainsAny('\r', '\n', '\0')
            ? throw new HttpException(400, "A header field has a control character.")
            : new KeyValuePair<string, string>(line[..colon], value);
    }

    private static bool IsToken(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(TokenCharacters);

    private static bool IsTarget(string text) => text.StartsWith('/') && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
}
