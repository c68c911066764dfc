using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace SessionManagerPlugin.Emulator.Http;

/// <summary>The server's side of the WebSocket handshake (RFC 6455, section 4.2).</summary>
internal static class WebSocketUpgrade
{
    private const string Version = "13";
    private const int KeySize = 16;

    /// <summary>Checks the request and says how it is answered.</summary>
    /// <returns>The whole answer, up to its empty line.</returns>
    /// <exception cref="HttpException">It is not a WebSocket handshake.</exception>
    internal static byte[] Accept(HttpRequestHead head)
    {
        if (head.Method != "GET"
            || !head.Headers.HasToken("Connection", "Upgrade")
            || !head.Headers.HasToken("Upgrade", "websocket"))
        {
            throw new HttpException(426, "This is a WebSocket.");
        }

        if (head.Headers["Sec-WebSocket-Version"] != Version)
        {
            throw new HttpException(400, $"Only WebSocket version {Version} is spoken.");
        }

        var key = head.Headers["Sec-WebSocket-Key"] ?? "";
        Span<byte> decoded = stackalloc byte[KeySize];
        if (!Convert.TryFromBase64String(key, decoded, out var size) || size != KeySize)
        {
            throw new HttpException(400, "Not a Sec-WebSocket-Key.");
        }

        return Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {AcceptKey(key)}\r\n\r\n");
    }

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "RFC 6455 asks for SHA-1; nothing is kept secret by it.")]
    private static string AcceptKey(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
}
