using SessionManagerPlugin.Core.Errors;

namespace SessionManagerPlugin.Tests;

public class ErrorReporterTests
{
    [Fact]
    public void Wrong_arguments_have_a_status_of_their_own() =>
        Assert.Equal(2, ErrorReporter.Report(new UsageException("argument 2 should be a region")));

    [Fact]
    public void Whatever_else_fails_is_one()
    {
        Assert.Equal(1, ErrorReporter.Report(new SessionException(SessionErrorReason.ConnectionLost, "lost")));
        Assert.Equal(1, ErrorReporter.Report(new IOException("full")));
        Assert.Equal(1, ErrorReporter.Report(new UnauthorizedAccessException("denied")));
        Assert.Equal(1, ErrorReporter.Report(new InvalidOperationException("a fault")));
    }
}
