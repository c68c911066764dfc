using System.Text;
using SessionManagerPlugin.Core.Sessions;

namespace SessionManagerPlugin.Tests.Core.Sessions;

public class ExitCodeReaderTests
{
    [Theory]
    [InlineData("EXIT_CODE: 0", 0)]
    [InlineData("EXIT_CODE: 3", 3)]
    [InlineData("EXIT_CODE: 255\n", 255)]
    [InlineData("EXIT_CODE:3\r\n", 3)]
    [InlineData("EXIT_CODE: -1", -1)]
    [InlineData("EXIT_CODE: -2147483648\0", int.MinValue)]
    [InlineData("", null)]
    [InlineData("EXIT_CODE", null)]
    [InlineData("EXIT_CODE: ", null)]
    [InlineData("EXIT_CODE: three", null)]
    [InlineData("EXIT_CODE: 3 or 4", null)]
    [InlineData("EXIT_CODE: 2147483648", null)]
    [InlineData("exit_code: 3", null)]
    [InlineData(" EXIT_CODE: 3", null)]
    public void The_remote_commands_status_is_read_whole_and_in_pieces(string text, int? expected)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var reader = new ExitCodeReader();
            reader.Append(bytes.AsSpan(0, cut));
            reader.Append(bytes.AsSpan(cut));
            Assert.Equal(expected, reader.Value);
        }
    }

    [Fact]
    public void Text_without_end_is_no_exit_code_and_is_not_kept()
    {
        var reader = new ExitCodeReader();
        for (var i = 0; i < 1000; i++)
        {
            reader.Append("EXIT_CODE: 3 and so on "u8);
        }

        Assert.Null(reader.Value);
    }
}
