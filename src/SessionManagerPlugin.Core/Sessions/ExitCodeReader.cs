using System.Buffers.Text;

namespace SessionManagerPlugin.Core.Sessions;

/// <summary>Reads the remote command's exit status from payloads of type exit code: the text <c>EXIT_CODE: 3</c>.</summary>
internal sealed class ExitCodeReader
{
    // "EXIT_CODE: " and a 32-bit number with its sign take 22 bytes; what is longer is no exit code.
    private const int MaxTextLength = 64;

    private readonly byte[] _text = new byte[MaxTextLength];
    private int _length;

    /// <summary>The exit status; null while there is none, or none that can be read.</summary>
    public int? Value { get; private set; }

    /// <summary>Takes a piece of the text. The pieces of one text follow each other.</summary>
    public void Append(ReadOnlySpan<byte> piece)
    {
        if (_length + piece.Length > MaxTextLength)
        {
            return;
        }

        piece.CopyTo(_text.AsSpan(_length));
        _length += piece.Length;
        Value = Parse(_text.AsSpan(0, _length));
    }

    private static int? Parse(ReadOnlySpan<byte> text)
    {
        var prefix = "EXIT_CODE:"u8;
        if (!text.StartsWith(prefix))
        {
            return null;
        }

        var number = text[prefix.Length..].Trim(" \r\n\0"u8);
        return Utf8Parser.TryParse(number, out int value, out var consumed) && consumed == number.Length ? value : null;
    }
}
