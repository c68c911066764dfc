using System.Text;
using SessionManagerPlugin.Core.Sessions;

namespace SessionManagerPlugin.Tests.Core.Sessions;

/// <summary>An escape that is missed leaves the user in a session that hangs; one that is seen where there is none eats what was typed.</summary>
public class EscapeFilterTests
{
    [Theory]
    [InlineData("\r~.", "\r", 'E')]
    [InlineData("\n~.", "\n", 'E')]
    [InlineData("ls\r~.rest is not looked at", "ls\r", 'E')]
    [InlineData("\r~?", "\r", 'H')]
    [InlineData("\r~?x", "\rx", 'H')]
    [InlineData("\r~?~?~?", "\r", 'H')]
    [InlineData("\r~?~.", "\r", 'E')]
    [InlineData("\r~?~~x", "\r~x", 'H')]
    [InlineData("\r~~", "\r~", 'N')]
    [InlineData("\r~~.", "\r~.", 'N')]
    [InlineData("\r~~\r~.", "\r~\r", 'E')]
    [InlineData("\r~-", "\r", 'N')]
    [InlineData("\r~-~.", "\r~.", 'N')]
    [InlineData("\r~-\r~.\r~?\r~~", "\r\r~.\r~?\r~~", 'N')]
    [InlineData("\r~x", "\r~x", 'N')]
    [InlineData("\r~x~.", "\r~x~.", 'N')]
    [InlineData("\r~\r~.", "\r~\r", 'E')]
    [InlineData("\r~\n~?", "\r~\n", 'H')]
    [InlineData("\r~\0", "\r~\0", 'N')]
    [InlineData("\r\n~.", "\r\n", 'E')]
    [InlineData("\r", "\r", 'N')]
    [InlineData("\r~", "\r", 'N')]
    [InlineData("", "", 'N')]
    public void Every_rule_holds_however_the_reads_cut_what_was_typed(string typed, string sent, char request)
    {
        var bytes = Encoding.UTF8.GetBytes(typed);
        Assert.Equal((sent, request), Run([bytes]));
        Assert.Equal((sent, request), Run([.. bytes.Select(key => new[] { key })]));
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.Equal((sent, request), Run([bytes[..cut], bytes[cut..]]));
            for (var second = cut; second <= bytes.Length; second++)
            {
                Assert.Equal((sent, request), Run([bytes[..cut], bytes[cut..second], bytes[second..]]));
            }
        }
    }

    [Theory]
    [InlineData("~.")]
    [InlineData("~?")]
    [InlineData("~-x")]
    [InlineData("x~.")]
    [InlineData("a ~. b\t~? ~~ ~-")]
    [InlineData("\u001b[A~.")]
    public void A_tilde_that_does_not_stand_behind_a_line_end_is_text(string typed) =>
        Assert.Equal((typed, 'N'), Run([Encoding.UTF8.GetBytes(typed)]));

    [Fact]
    public void A_tilde_that_was_held_back_comes_with_the_next_key_and_in_front_of_it()
    {
        var filter = new EscapeFilter();
        var output = new byte[3];

        Assert.Equal(1, filter.Filter("\r~"u8, output, out _));
        Assert.Equal(2, filter.Filter("x"u8, output, out var request));

        Assert.Equal("~x"u8, output.AsSpan(0, 2));
        Assert.Equal(EscapeRequest.None, request);
    }

    [Fact]
    public void Help_is_asked_for_in_the_read_that_asks_and_not_again_in_the_next()
    {
        var filter = new EscapeFilter();
        var output = new byte[10];

        filter.Filter("\r~?"u8, output, out var first);
        filter.Filter("ls"u8, output, out var second);

        Assert.Equal((EscapeRequest.Help, EscapeRequest.None), (first, second));
    }

    [Fact]
    public void Random_typing_filtered_in_place_gives_what_a_simple_model_gives()
    {
        var alphabet = "~~~\r\n.?-xé"u8.ToArray();
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var typed = new byte[random.Next(0, 40)];
            for (var i = 0; i < typed.Length; i++)
            {
                typed[i] = alphabet[random.Next(alphabet.Length)];
            }

            var pieces = new List<byte[]>();
            for (var at = 0; at < typed.Length;)
            {
                var length = random.Next(0, typed.Length - at + 1);
                pieces.Add(typed[at..(at + length)]);
                at += length;
            }

            var expected = Model(typed);
            var actual = Run(pieces, beyond: random.Next(0, 3));
            Assert.True(expected == actual, $"seed {seed}: {expected} and not {actual} for {Text(typed)}");
        }
    }

    /// <summary>The rules once more, over the whole text at once and without a state.</summary>
    private static (string Sent, char Request) Model(byte[] typed)
    {
        var sent = new List<byte>();
        var request = 'N';
        var isOn = true;
        var isLineStart = false;
        for (var i = 0; i < typed.Length;)
        {
            if (isOn && isLineStart && typed[i] == '~')
            {
                if (i + 1 == typed.Length)
                {
                    break;
                }

                var key = typed[i + 1];
                i += 2;
                if (key == '.')
                {
                    return (Text([.. sent]), 'E');
                }

                request = key == '?' ? 'H' : request;
                isOn = key != '-';
                sent.AddRange(key switch { (byte)'?' or (byte)'-' => [], (byte)'~' => "~"u8, _ => [(byte)'~', key] });
                isLineStart = key is (byte)'?' or (byte)'\r' or (byte)'\n';
                continue;
            }

            sent.Add(typed[i]);
            isLineStart = typed[i] is (byte)'\r' or (byte)'\n';
            i++;
        }

        return (Text([.. sent]), request);
    }

    /// <summary>Filters piece by piece as the session does: the output begins one byte in front of the input, in the same buffer.</summary>
    private static (string Sent, char Request) Run(IReadOnlyList<byte[]> pieces, int beyond = 0)
    {
        var filter = new EscapeFilter();
        var sent = new List<byte>();
        var request = 'N';
        foreach (var piece in pieces)
        {
            var buffer = new byte[EscapeFilter.MaxHeldBack + piece.Length + beyond];
            piece.CopyTo(buffer, EscapeFilter.MaxHeldBack);
            var count = filter.Filter(buffer.AsSpan(EscapeFilter.MaxHeldBack, piece.Length), buffer, out var asked);
            sent.AddRange(buffer.AsSpan(0, count));
            request = asked switch { EscapeRequest.End => 'E', EscapeRequest.Help => 'H', _ => request };
            if (asked == EscapeRequest.End)
            {
                break;
            }
        }

        return (Text([.. sent]), request);
    }

    private static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}
