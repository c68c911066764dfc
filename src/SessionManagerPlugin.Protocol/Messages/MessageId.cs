namespace SessionManagerPlugin.Protocol.Messages;

/// <summary>
/// Message ids on the wire: the 16 bytes of the UUID in text order, with its halves swapped (the last 8 bytes first).
/// </summary>
internal static class MessageId
{
    internal const int Size = 16;
    private const int Half = Size / 2;

    internal static Guid Read(ReadOnlySpan<byte> source)
    {
        Span<byte> ordered = stackalloc byte[Size];
        source[Half..Size].CopyTo(ordered);
        source[..Half].CopyTo(ordered[Half..]);
        return new Guid(ordered, bigEndian: true);
    }

    internal static void Write(Span<byte> destination, Guid id)
    {
        Span<byte> ordered = stackalloc byte[Size];
        _ = id.TryWriteBytes(ordered, bigEndian: true, out _);
        ordered[Half..].CopyTo(destination);
        ordered[..Half].CopyTo(destination[Half..]);
    }
}
