namespace SessionManagerPlugin.Core.Diagnostics;

/// <summary>Text of the far side on its way into a message of ours.</summary>
internal static class Printable
{
    /// <summary>Longer texts are cut: they are somebody else's, and an error is to be read.</summary>
    private const int MaxLength = 500;

    /// <summary>
    /// One line without control characters: the far side must not be able to move the cursor, or to forge lines of its own.
    /// </summary>
    public static string OneLine(string text)
    {
        var cut = text.Length > MaxLength ? string.Concat(text.AsSpan(0, MaxLength), "…") : text;
        return string.Create(cut.Length, cut, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        });
    }
}
