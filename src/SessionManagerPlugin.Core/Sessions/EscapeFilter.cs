namespace SessionManagerPlugin.Core.Sessions;

/// <summary>
/// Finds the escapes in what is typed: at the start of a line a tilde and a key. <c>~.</c> ends the session, <c>~?</c> asks for help,
/// <c>~~</c> is one tilde, <c>~-</c> switches escapes off; with any other key both bytes are passed on. Pure.
/// </summary>
/// <remarks>
/// As in the public client from 1.2.835.0: only behind a carriage return or a line feed, so not as the first bytes of a session. The tilde
/// is held back until the next key says what it is.
/// </remarks>
internal sealed class EscapeFilter
{
    private const byte Tilde = (byte)'~';
    private State _state = State.InLine;

    /// <summary>The most bytes that are held back from one call to the next.</summary>
    public const int MaxHeldBack = 1;

    private enum State
    {
        InLine,
        AtLineStart,
        BehindTilde,
        Off,
    }

    /// <summary>Takes typed bytes and gives those that are to be sent.</summary>
    /// <param name="typed">What was typed.</param>
    /// <param name="output">
    /// At least <see cref="MaxHeldBack"/> bytes longer than <paramref name="typed"/>. It may begin that many bytes in front of it in the
    /// same buffer.
    /// </param>
    /// <param name="request">What was asked for. At <see cref="EscapeRequest.End"/> the bytes behind it are not looked at.</param>
    /// <returns>How many bytes are to be sent.</returns>
    public int Filter(ReadOnlySpan<byte> typed, Span<byte> output, out EscapeRequest request)
    {
        request = EscapeRequest.None;
        var count = 0;
        foreach (var key in typed)
        {
            if (_state == State.BehindTilde)
            {
                count += TakeEscape(key, output[count..], ref request);
                if (request == EscapeRequest.End)
                {
                    return count;
                }
            }
            else if (_state == State.AtLineStart && key == Tilde)
            {
                _state = State.BehindTilde;
            }
            else
            {
                output[count++] = key;
                Follow(key);
            }
        }

        return count;
    }

    private int TakeEscape(byte key, Span<byte> output, ref EscapeRequest request)
    {
        switch (key)
        {
            case (byte)'.':
                request = EscapeRequest.End;
                return 0;
            case (byte)'?':
                request = EscapeRequest.Help;
                _state = State.AtLineStart;
                return 0;
            case (byte)'-':
                _state = State.Off;
                return 0;
            case Tilde:
                output[0] = Tilde;
                _state = State.InLine;
                return 1;
            default:
                output[0] = Tilde;
                output[1] = key;
                _state = State.InLine;
                Follow(key);
                return 2;
        }
    }

    private void Follow(byte key)
    {
        if (_state != State.Off)
        {
            _state = key is (byte)'\r' or (byte)'\n' ? State.AtLineStart : State.InLine;
        }
    }
}

/// <summary>What an escape asks for.</summary>
internal enum EscapeRequest
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The list of escapes.</summary>
    Help,

    /// <summary>The session's end.</summary>
    End,
}
