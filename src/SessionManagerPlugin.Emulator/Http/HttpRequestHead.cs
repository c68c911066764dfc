namespace SessionManagerPlugin.Emulator.Http;

/// <summary>A request without its body.</summary>
/// <param name="Method">The method, such as <c>POST</c>.</param>
/// <param name="Path">The path, still percent-encoded.</param>
/// <param name="Query">What stands behind the question mark, still percent-encoded; empty without one.</param>
/// <param name="IsHttp10">Whether it is HTTP/1.0, whose connections end with the response.</param>
/// <param name="Headers">The header fields.</param>
internal sealed record HttpRequestHead(string Method, string Path, string Query, bool IsHttp10, HttpHeaders Headers)
{
    /// <summary>Whether the client sends no other request on this connection.</summary>
    internal bool IsLast => IsHttp10 || Headers.HasToken("Connection", "close");

    /// <summary>Whether the client waits for a word before it sends the body.</summary>
    internal bool ExpectsContinue => Headers.HasToken("Expect", "100-continue");
}
