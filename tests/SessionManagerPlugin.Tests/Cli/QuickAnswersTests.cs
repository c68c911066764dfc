using System.Text.RegularExpressions;
using SessionManagerPlugin.Cli;

namespace SessionManagerPlugin.Tests.Cli;

public class QuickAnswersTests
{
    [Fact]
    public void No_argument_tells_callers_that_the_plugin_is_installed() =>
        Assert.Equal(
            "\nThe Session Manager plugin was installed successfully. Use the AWS CLI to start a session.\n\n", QuickAnswers.For([]));

    [Fact]
    public void The_version_is_four_numbers_that_callers_and_the_service_accept()
    {
        var version = QuickAnswers.For(["--version"])!;
        Assert.Matches(new Regex(@"^\d+(\.\d+){3}\n$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)), version);
        Assert.True(Version.Parse(version.Trim()) >= new Version(1, 2, 764, 0));
        Assert.Equal(typeof(QuickAnswers).Assembly.GetName().Version, Version.Parse(version.Trim()));
    }

    [Theory]
    [InlineData("-v")]
    [InlineData("--help")]
    [InlineData("")]
    [InlineData("--version", "x")]
    public void Everything_else_is_read_properly(params string[] arguments) => Assert.Null(QuickAnswers.For(arguments));
}
