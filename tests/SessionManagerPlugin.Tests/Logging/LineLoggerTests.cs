using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Logging;
using SessionManagerPlugin.Tests.Cli;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Logging;

public sealed class LineLoggerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("session-manager-plugin-test");

    private string File => Path.Combine(_folder.FullName, "session.log");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_log_is_readable_for_its_owner_alone()
    {
        Write(new LogOptions(IsVerbose: false, File), LogLevel.Information, "line");
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        }
    }

    [Fact]
    public void Lines_have_time_and_level_and_are_added_to_what_is_there()
    {
        Write(new LogOptions(IsVerbose: false, File), LogLevel.Information, "first");
        Write(new LogOptions(IsVerbose: false, File), LogLevel.Warning, "second");
        Assert.Equal(
            ["2026-11-20T03:00:00.000000Z info  first", "2026-11-20T03:00:00.000000Z warn  second"], System.IO.File.ReadAllLines(File));
    }

    [Theory]
    [InlineData(false, LogLevel.Debug, 0)]
    [InlineData(false, LogLevel.Information, 1)]
    [InlineData(true, LogLevel.Debug, 1)]
    [InlineData(true, LogLevel.Trace, 0)]
    [InlineData(true, LogLevel.None, 0)]
    public void Steps_are_logged_only_when_asked_for(bool isVerbose, LogLevel level, int lines)
    {
        Write(new LogOptions(isVerbose, File), level, "line");
        Assert.Equal(lines, System.IO.File.ReadAllLines(File).Length);
    }

    [Fact]
    public void No_log_is_opened_when_none_is_asked_for() =>
        Assert.Null(LineLogger.Open(new LogOptions(IsVerbose: false, null), new ManualTimeProvider()));

    [Theory]
    [InlineData("missing/session.log")]
    [InlineData(".")]
    public void A_file_that_cannot_be_opened_is_named(string path)
    {
        var file = Path.Combine(_folder.FullName, path);
        var error = Assert.Throws<IOException>(() => LineLogger.Open(new LogOptions(IsVerbose: false, file), new ManualTimeProvider()));
        Assert.StartsWith($"The log file {file} cannot be opened: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, false, null)]
    [InlineData("", "", false, null)]
    [InlineData("0", "file", false, "file")]
    [InlineData("1", null, true, null)]
    [InlineData("true", "file", true, "file")]
    public void The_environment_can_ask_for_a_log(string? verbose, string? file, bool isVerbose, string? expected)
    {
        var environment = new FakeEnvironment();
        if (verbose is not null)
        {
            environment.Variables["SSM_PLUGIN_VERBOSE"] = verbose;
        }

        if (file is not null)
        {
            environment.Variables["SSM_PLUGIN_LOG_FILE"] = file;
        }

        Assert.Equal(new LogOptions(isVerbose, expected), LogOptions.FromEnvironment(environment));
    }

    private static void Write(LogOptions options, LogLevel level, string text)
    {
        using var logger = LineLogger.Open(options, new ManualTimeProvider())!;
        logger.Log(level, default, text, null, static (state, _) => state);
    }
}
