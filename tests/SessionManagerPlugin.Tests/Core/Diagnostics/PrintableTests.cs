using SessionManagerPlugin.Core.Diagnostics;

namespace SessionManagerPlugin.Tests.Core.Diagnostics;

public class PrintableTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain text, ünïcode", "plain text, ünïcode")]
    [InlineData("a\r\nb\tc\0d\u001b[2J\u007f\u0085\u009b", "a  b c d [2J   ")]
    public void The_far_sides_text_is_one_line_that_moves_no_cursor(string text, string expected) =>
        Assert.Equal(expected, Printable.OneLine(text));

    [Fact]
    public void A_long_text_is_cut_and_shows_that_it_was()
    {
        Assert.Equal(new string('x', 500), Printable.OneLine(new string('x', 500)));
        Assert.Equal(new string('x', 500) + "…", Printable.OneLine(new string('x', 501)));
    }
}
