using System.Net;
using System.Net.Sockets;
using SessionManagerPlugin.EndToEndTests.Fixtures;

namespace SessionManagerPlugin.EndToEndTests;

/// <summary>Signals to the plugin, and the terminal after each way in which it can end.</summary>
public sealed class SignalTests : EndToEndTest
{
    // AWS CLI starts the plugin with these signals ignored.
    private const string IgnoringKeys = """trap '' INT QUIT TSTP; exec "$@" """;
    private const string IgnoringHangup = """trap '' HUP; exec "$@" """;

    public static TheoryData<string, bool> Endings => new()
    {
        { "TERM", true },
        { "HUP", true },
        { "TERM", false },
        { "HUP", false },
    };

    [Theory]
    [InlineData(ProcessSignals.Interrupt, true)]
    [InlineData(ProcessSignals.Quit, true)]
    [InlineData(ProcessSignals.TerminalStop, true)]
    [InlineData(ProcessSignals.Interrupt, false)]
    [InlineData(ProcessSignals.Quit, false)]
    [InlineData(ProcessSignals.TerminalStop, false)]
    public async Task A_keys_signal_goes_to_the_far_command_and_does_not_end_the_session(int signal, bool isIgnoredAtStart)
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartSessionAsync();
        string[] command = [Artifacts.Plugin, .. DropIn(session)];
        var terminal = isIgnoredAtStart
            ? RunOnTerminal("/bin/sh", ByShell(IgnoringKeys, command))
            : RunOnTerminal(command[0], command[1..]);
        await terminal.ExpectPromptAsync();

        await terminal.TypeLineAsync("sh -c 'echo go-$((1+1)); exec sleep 100'");
        await terminal.ExpectAsync("go-2");
        terminal.Signal(signal);
        await terminal.ExpectPromptAsync();
        await terminal.TypeLineAsync("kill %1 2>/dev/null; echo still-$((1+1))");
        await terminal.ExpectAsync("still-2");
        await terminal.TypeLineAsync("exit");

        // dash says once that a job is stopped and does not exit.
        if (signal == ProcessSignals.TerminalStop)
        {
            await terminal.TypeLineAsync("exit");
        }

        Assert.Equal(0, await terminal.WaitForExitAsync());
        Assert.Equal(terminal.SettingsBefore, terminal.Settings);
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task A_signal_ends_the_session_and_gives_the_terminal_back(string signal, bool isDropIn)
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartSessionAsync();
        var terminal = RunOnTerminal(Artifacts.Plugin, isDropIn ? DropIn(session) : Connect(session));
        await terminal.ExpectPromptAsync();
        Assert.True(terminal.Settings.IsRaw);

        var number = signal == "HUP" ? ProcessSignals.Hangup : ProcessSignals.Terminate;
        terminal.Signal(number);

        Assert.Equal(isDropIn ? 0 : 128 + number, await terminal.WaitForExitAsync());
        Assert.Equal(terminal.SettingsBefore, terminal.Settings);
        if (number == ProcessSignals.Terminate)
        {
            Assert.Contains("Terminate signal received, exiting.", terminal.Screen.Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_terminal_that_is_closed_ends_the_session(bool isHangupIgnored)
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartSessionAsync();
        string[] command = [Artifacts.Plugin, .. DropIn(session)];
        var terminal = isHangupIgnored
            ? RunOnTerminal("/bin/sh", ByShell(IgnoringHangup, command))
            : RunOnTerminal(command[0], command[1..]);
        await terminal.ExpectPromptAsync();

        terminal.HangUp();

        Assert.Equal(0, await terminal.WaitForExitAsync());
    }

    [Fact]
    public async Task A_process_that_was_stopped_and_goes_on_has_a_raw_terminal_again()
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartSessionAsync();
        var terminal = RunOnTerminal(Artifacts.Plugin, DropIn(session));
        await terminal.ExpectPromptAsync();

        terminal.Signal(ProcessSignals.Stop);
        terminal.RestoreSettings();
        terminal.Signal(ProcessSignals.Continue);
        await terminal.ExpectRawAsync();
        await terminal.TypeLineAsync("echo still-$((1+1))");
        await terminal.ExpectAsync("still-2");
        await terminal.TypeLineAsync("exit");

        Assert.Equal(0, await terminal.WaitForExitAsync());
        Assert.Equal(terminal.SettingsBefore, terminal.Settings);
    }

    [Fact]
    public async Task A_gateway_that_is_lost_for_good_is_an_error_and_gives_the_terminal_back()
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartSessionAsync();
        var environment = TestEnvironment.Create();
        environment["SSM_PLUGIN_RESUME_TIMEOUT"] = "1";
        var terminal = RunOnTerminal(environment, Artifacts.Plugin, DropIn(session));
        await terminal.ExpectPromptAsync();

        await emulator.KillAsync();

        Assert.Equal(1, await terminal.WaitForExitAsync());
        Assert.Equal(terminal.SettingsBefore, terminal.Settings);
        Assert.Contains("connection lost, resuming", terminal.Screen.Text, StringComparison.Ordinal);
        Assert.Contains("no new one came about within 1 s", terminal.Screen.Text, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", terminal.Screen.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_that_is_lost_while_resuming_is_switched_off_is_told_on_standard_error()
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartSessionAsync();
        var program = RunOnPipes(Artifacts.Plugin, [.. Connect(session), "--resume-timeout", "0"]);
        await program.Output.ExpectAsync(Fixtures.TestEnvironment.Prompt);

        await emulator.KillAsync();

        Assert.Equal(1, await program.WaitForExitAsync());
        Assert.StartsWith("session-manager-plugin: ", program.Error.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_session_that_is_terminated_by_the_API_ends_properly(bool isDropIn)
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartSessionAsync();
        var terminal = RunOnTerminal(Artifacts.Plugin, isDropIn ? DropIn(session) : Connect(session));
        await terminal.ExpectPromptAsync();

        await emulator.TerminateSessionAsync(session.SessionId);

        await terminal.ExpectAsync($"Exiting session with sessionId: {session.SessionId}.");
        Assert.Equal(0, await terminal.WaitForExitAsync());
        Assert.Equal(terminal.SettingsBefore, terminal.Settings);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 130)]
    public async Task Control_C_ends_a_connection_that_does_not_come_about(bool isDropIn, int exitCode)
    {
        // Takes connections and never answers.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var session = new StartedSession("user-0123456789abcdef0", $"ws://{silent.LocalEndpoint}/", "token");
        string[] command = [Artifacts.Plugin, .. isDropIn ? DropIn(session) : Connect(session)];
        var terminal = RunOnTerminal("/bin/sh", ByShell(IgnoringKeys, command));
        using var connection = await silent.AcceptTcpClientAsync(TestContext.Current.CancellationToken);

        await terminal.TypeAsync(0x03);

        Assert.Equal(exitCode, await terminal.WaitForExitAsync());
        Assert.Equal(terminal.SettingsBefore, terminal.Settings);
    }

    [Fact]
    public async Task SIGTERM_ends_a_session_whose_output_nobody_reads()
    {
        var emulator = await StartEmulatorAsync();
        emulator.IsWarningExpected = true;
        var session = await emulator.StartCommandAsync($"echo ready >&2; until [ -e '{PathOf("go")}' ]; do sleep 0.1; done; yes");
        var program = RunUnread(Artifacts.Plugin, Connect(session));
        await program.Error.ExpectAsync("ready");
        await File.WriteAllTextAsync(PathOf("go"), "", TestContext.Current.CancellationToken);

        // Long enough for the pipe to fill. If it is not on a slow machine, the test finds nothing, but does not fail.
        await Task.Delay(TimeSpan.FromSeconds(0.5), TestContext.Current.CancellationToken);
        program.Signal(ProcessSignals.Terminate);

        Assert.Equal(128 + ProcessSignals.Terminate, await program.WaitForExitAsync());
    }
}
