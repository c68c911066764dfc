using SessionManagerPlugin.EndToEndTests.Fixtures;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.EndToEndTests;

/// <summary>The whole way: a person at a terminal, AWS CLI, the plugin, the gateway, the agent, a shell.</summary>
public sealed class AwsCliTests : EndToEndTest
{
    [Fact]
    public async Task A_person_works_in_a_shell_and_gets_the_terminal_back_as_it_was()
    {
        var emulator = await StartEmulatorAsync();
        var terminal = StartSession(emulator);

        await terminal.ExpectAsync("Starting session with SessionId: ");
        await terminal.ExpectPromptAsync();
        Assert.True(terminal.Settings.IsRaw);
        await terminal.TypeLineAsync("echo answer-$((6*7)); stty size");
        await terminal.ExpectAsync("answer-42");
        await terminal.ExpectAsync("24 80");
        await terminal.ExpectPromptAsync();
        await terminal.TypeLineAsync("exit");
        await terminal.ExpectAsync("Exiting session with sessionId: ");

        Assert.Equal(0, await terminal.WaitForExitAsync());
        Assert.Equal(terminal.SettingsBefore, terminal.Settings);
    }

    [Fact]
    public async Task Every_AWS_CLI_on_this_machine_opens_a_session_however_it_passes_the_response()
    {
        var emulator = await StartEmulatorAsync();
        foreach (var cli in AwsCli.All)
        {
            var terminal = RunOnTerminal(cli, StartSessionArguments(emulator));
            await terminal.ExpectPromptAsync();
            await terminal.TypeLineAsync("echo answer-$((6*7)); exit");
            await terminal.ExpectAsync("answer-42");
            await terminal.ExpectAsync("Exiting session with sessionId: ");

            Assert.Equal(0, await terminal.WaitForExitAsync());
            Assert.Equal(terminal.SettingsBefore, terminal.Settings);
        }
    }

    [Fact]
    public async Task The_far_terminal_has_the_size_of_the_window_when_that_changes()
    {
        var emulator = await StartEmulatorAsync();
        var terminal = StartSession(emulator);
        await terminal.ExpectPromptAsync();

        await terminal.TypeLineAsync("echo go-$((1+1)); until [ \"$(stty size)\" = '33 101' ]; do sleep 0.1; done; echo size-$(stty size)");
        await terminal.ExpectAsync("go-2");
        terminal.Resize(new TerminalSize(101, 33));

        await terminal.ExpectAsync("size-33 101");
    }

    [Fact]
    public async Task Control_C_interrupts_the_far_command_and_not_the_session()
    {
        var emulator = await StartEmulatorAsync();
        var terminal = StartSession(emulator);
        await terminal.ExpectPromptAsync();

        await terminal.TypeLineAsync("sh -c 'echo go-$((1+1)); exec sleep 100'; echo not-$((1+1))");
        await terminal.ExpectAsync("go-2");
        await terminal.TypeAsync(0x03);
        await terminal.ExpectPromptAsync();
        await terminal.TypeLineAsync("echo status-$?");
        await terminal.ExpectAsync("status-130");
        await terminal.TypeLineAsync("exit");

        Assert.Equal(0, await terminal.WaitForExitAsync());
        Assert.DoesNotContain("not-2", terminal.Screen.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_byte_that_is_typed_arrives()
    {
        var emulator = await StartEmulatorAsync();
        var terminal = StartSession(emulator);
        await terminal.ExpectPromptAsync();

        await terminal.TypeLineAsync("stty raw -echo; echo go-$((1+1)); head -c 256 | od -An -v -tx1; stty sane; echo done-$((1+1))");
        await terminal.ExpectAsync("go-2");
        var bytes = Enumerable.Range(0, 256).Select(static b => (byte)b).ToArray();
        await terminal.TypeAsync(bytes);
        await terminal.ExpectAsync("done-2");

        var shown = terminal.Screen.Text;
        var dump = shown[(shown.LastIndexOf("go-2", StringComparison.Ordinal) + 4)..shown.LastIndexOf("done-2", StringComparison.Ordinal)];
        Assert.Equal(Convert.ToHexStringLower(bytes), string.Concat(dump.Where(char.IsAsciiHexDigit)));
    }

    // Ctrl-V, Ctrl-O, Ctrl-S, Ctrl-Q, Ctrl-Z, Ctrl-\, Ctrl-D and DEL: what a terminal that is not raw keeps for itself.
    [Theory]
    [InlineData(0x16)]
    [InlineData(0x0f)]
    [InlineData(0x13)]
    [InlineData(0x11)]
    [InlineData(0x1a)]
    [InlineData(0x1c)]
    [InlineData(0x04)]
    [InlineData(0x7f)]
    [InlineData(0x0a)]
    [InlineData(0x0d)]
    public async Task A_control_key_pressed_alone_arrives_as_itself(byte key)
    {
        // Alone, since a key in a message of its own is treated in its own way by some clients.
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartSessionAsync();
        var terminal = RunOnTerminal(Artifacts.Plugin, DropIn(session));
        await terminal.ExpectPromptAsync();

        await terminal.TypeLineAsync("stty raw -echo; echo go-$((1+1)); head -c 1 | od -An -v -tx1; stty sane; echo done-$((1+1))");
        await terminal.ExpectAsync("go-2");
        await terminal.TypeAsync(key);

        await terminal.ExpectAsync($" {key:x2}");
        await terminal.ExpectAsync("done-2");
    }

    [Fact]
    public async Task Control_Z_stops_the_far_command()
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartSessionAsync();
        var terminal = RunOnTerminal(Artifacts.Plugin, DropIn(session));
        await terminal.ExpectPromptAsync();

        await terminal.TypeLineAsync("sh -c 'echo go-$((1+1)); exec sleep 100'");
        await terminal.ExpectAsync("go-2");
        await terminal.TypeAsync(0x1a);
        await terminal.ExpectPromptAsync();
        await terminal.TypeLineAsync("kill %1; echo still-$((1+1))");

        await terminal.ExpectAsync("still-2");
    }

    [Fact]
    public async Task An_interactive_command_has_a_terminal_and_ends_the_session()
    {
        var emulator = await StartEmulatorAsync();
        var terminal = StartSession(
            emulator, "--document-name", "AWS-StartInteractiveCommand", "--parameters", "command=\"echo go; read x; stty size; echo read-$x\"");

        // Without a handshake the client knows of the session, and tells its size, only once the command has written something.
        await terminal.ExpectAsync("go");
        await terminal.TypeLineAsync("it");
        await terminal.ExpectAsync("24 80");
        await terminal.ExpectAsync("read-it");
        await terminal.ExpectAsync("Exiting session with sessionId: ");

        Assert.Equal(0, await terminal.WaitForExitAsync());
        Assert.Equal(terminal.SettingsBefore, terminal.Settings);
    }

    [Fact]
    public async Task A_non_interactive_command_shows_its_output_its_errors_and_its_exit_code()
    {
        var emulator = await StartEmulatorAsync();
        var terminal = StartSession(
            emulator, "--document-name", "AWS-StartNonInteractiveCommand", "--parameters", "command=\"echo out; echo err >&2; exit 7\"");

        // AWS CLI would print the plugin's arguments, token included, if the plugin passed the code on.
        Assert.Equal(0, await terminal.WaitForExitAsync());
        Assert.Equal(terminal.SettingsBefore, terminal.Settings);
        var shown = terminal.Screen.Text;
        Assert.Contains("out\r\n", shown, StringComparison.Ordinal);
        Assert.Contains("err\r\n", shown, StringComparison.Ordinal);
        Assert.Contains("EXIT_CODE: 7", shown, StringComparison.Ordinal);
        Assert.Contains("Exiting session with sessionId: ", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_sends_commands_through_a_pipe()
    {
        var emulator = await StartEmulatorAsync();
        var program = RunOnPipes(AwsCli.FilePath, StartSessionArguments(emulator));

        await program.SendLineAsync("echo answer-$((6*7))");
        await program.SendLineAsync("exit");
        program.CloseInput();

        Assert.Equal(0, await program.WaitForExitAsync());
        Assert.Contains("answer-42", program.Output.Text, StringComparison.Ordinal);
        Assert.Contains("Exiting session with sessionId: ", program.Output.Text, StringComparison.Ordinal);
    }

    private static string[] StartSessionArguments(EmulatorProcess emulator) =>
        ["ssm", "start-session", "--target", Target, "--region", Region, "--endpoint-url", $"http://127.0.0.1:{emulator.Url.Port}"];

    private PtySession StartSession(EmulatorProcess emulator, params string[] more) =>
        RunOnTerminal(AwsCli.FilePath, [.. StartSessionArguments(emulator), .. more]);
}
