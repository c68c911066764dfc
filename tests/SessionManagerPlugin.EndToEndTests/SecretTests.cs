using SessionManagerPlugin.EndToEndTests.Fixtures;

namespace SessionManagerPlugin.EndToEndTests;

/// <summary>What must be seen nowhere: tokens, and what is typed and shown in a session.</summary>
public sealed class SecretTests : EndToEndTest
{
    private const string Typed = "correct-horse-battery";
    private const string ShownOnly = "swordfish-4711";
    private const string Command = $"# {Typed}\necho swordfish-$((4700+11))";

    [Fact]
    public async Task A_log_on_standard_error_holds_neither_the_token_nor_the_session()
    {
        var emulator = await StartEmulatorAsync("--handshake", "always");
        var session = await emulator.StartSessionAsync();
        var program = RunOnPipes(Artifacts.Plugin, ["-v", .. Connect(session)]);

        await RunSessionAsync(program);

        Assert.Contains("Connected to 127.0.0.1", program.Error.Text, StringComparison.Ordinal);
        AssertHoldsNoSecret(program.Error.Text, session);
    }

    [Fact]
    public async Task A_log_file_holds_neither_and_is_its_owners_alone()
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartSessionAsync();
        var file = PathOf("plugin.log");
        var program = RunOnPipes(Artifacts.Plugin, [.. Connect(session), "--verbose", "--log-file", file]);

        await RunSessionAsync(program);

        Assert.Equal("", program.Error.Text);
        var log = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains("Connected to 127.0.0.1", log, StringComparison.Ordinal);
        AssertHoldsNoSecret(log, session);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task A_log_that_the_environment_asks_for_holds_neither_and_the_command_line_shows_no_token()
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartSessionAsync();
        var environment = TestEnvironment.Create();
        environment[ResponseVariable] = session.Json;
        environment["SSM_PLUGIN_VERBOSE"] = "1";
        environment["SSM_PLUGIN_LOG_FILE"] = PathOf("plugin.log");
        var program = RunOnPipes(environment, Artifacts.Plugin, [ResponseVariable, .. DropIn(session)[1..]]);
        await program.Output.ExpectAsync(Fixtures.TestEnvironment.Prompt);

        var commandLine = await File.ReadAllTextAsync($"/proc/{program.ProcessId}/cmdline", TestContext.Current.CancellationToken);
        Assert.Contains(ResponseVariable, commandLine, StringComparison.Ordinal);
        Assert.DoesNotContain(session.TokenValue, commandLine, StringComparison.Ordinal);
        await RunSessionAsync(program);

        Assert.Equal("", program.Error.Text);
        var log = await File.ReadAllTextAsync(PathOf("plugin.log"), TestContext.Current.CancellationToken);
        Assert.Contains("Connected to 127.0.0.1", log, StringComparison.Ordinal);
        AssertHoldsNoSecret(log, session);
    }

    [Fact]
    public async Task A_log_under_AWS_CLI_holds_neither()
    {
        var emulator = await StartEmulatorAsync();
        var environment = TestEnvironment.Create();
        environment["SSM_PLUGIN_VERBOSE"] = "1";
        var program = RunOnPipes(
            environment,
            AwsCli.FilePath,
            "ssm", "start-session", "--target", Target, "--region", Region, "--endpoint-url", $"http://127.0.0.1:{emulator.Url.Port}");
        await RunSessionAsync(program);

        Assert.Contains("Connected to 127.0.0.1", program.Error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Token", program.Error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Typed, program.Error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(ShownOnly, program.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_file_that_cannot_be_opened_is_an_error_before_anything_is_contacted()
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartSessionAsync();
        var program = RunOnPipes(Artifacts.Plugin, [.. Connect(session), "--log-file", PathOf("missing/plugin.log")]);

        Assert.Equal(1, await program.WaitForExitAsync());
        Assert.Equal("", program.Output.Text);
        Assert.Contains(PathOf("missing/plugin.log"), program.Error.Text, StringComparison.Ordinal);
    }

    private static async Task RunSessionAsync(PipedProgram program)
    {
        await program.SendLineAsync(Command);
        await program.Output.ExpectAsync(ShownOnly);
        await program.SendLineAsync("exit");
        Assert.Equal(0, await program.WaitForExitAsync());
    }

    private static void AssertHoldsNoSecret(string log, StartedSession session)
    {
        Assert.DoesNotContain(session.TokenValue, log, StringComparison.Ordinal);
        Assert.DoesNotContain(Typed, log, StringComparison.Ordinal);
        Assert.DoesNotContain(ShownOnly, log, StringComparison.Ordinal);
        Assert.DoesNotContain("swordfish", log, StringComparison.Ordinal);
    }
}
