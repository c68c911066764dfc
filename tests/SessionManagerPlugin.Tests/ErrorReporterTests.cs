using SessionManagerPlugin.Core.Errors;

namespace SessionManagerPlugin.Tests;

public class ErrorReporterTests
{
    [Fact]
    public void Wrong_arguments_have_a_status_of_their_own_and_say_where_help_is() => Assert.Equal(
        ("session-manager-plugin: argument 2 should be a region\nTry 'session-manager-plugin --help'.\n", 2),
        ErrorReporter.Describe(new UsageException("argument 2 should be a region")));

    [Fact]
    public void A_failure_is_one_line_with_its_reason()
    {
        Assert.Equal(
            ("session-manager-plugin: lost\n", 1),
            ErrorReporter.Describe(new SessionException(SessionErrorReason.ConnectionLost, "lost")));
        Assert.Equal(("session-manager-plugin: full\n", 1), ErrorReporter.Describe(new IOException("full")));
        Assert.Equal(("session-manager-plugin: denied\n", 1), ErrorReporter.Describe(new UnauthorizedAccessException("denied")));
    }

    [Fact]
    public void A_fault_of_ours_says_its_kind_and_place_and_not_what_it_stumbled_over()
    {
        var fault = Assert.Throws<InvalidOperationException>(Fail);

        var (text, exitCode) = ErrorReporter.Describe(fault);

        Assert.Equal(1, exitCode);
        Assert.Contains("InvalidOperationException at ", text, StringComparison.Ordinal);
        Assert.Contains(nameof(Fail), text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.Single(text.TrimEnd('\n').Split('\n'));
    }

    private static void Fail() => throw new InvalidOperationException("stumbled over a secret");
}
