using SessionManagerPlugin.EndToEndTests.Fixtures;

namespace SessionManagerPlugin.EndToEndTests;

/// <summary>Commands without a terminal: where their output goes and what their exit code becomes.</summary>
public sealed class CommandTests : EndToEndTest
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(255)]
    public async Task Connect_exits_with_the_far_commands_code(int code)
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartCommandAsync($"exit {code}");
        var program = RunOnPipes(Artifacts.Plugin, Connect(session));

        Assert.Equal(code, await program.WaitForExitAsync());
    }

    [Fact]
    public async Task Connect_keeps_output_and_errors_apart()
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartCommandAsync("echo out; echo err >&2; exit 7");
        var program = RunOnPipes(Artifacts.Plugin, Connect(session));

        Assert.Equal(7, await program.WaitForExitAsync());
        Assert.Contains("out\n", program.Output.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("err\n", program.Output.Text, StringComparison.Ordinal);
        Assert.Equal("err\n", program.Error.Text);
    }

    [Fact]
    public async Task A_drop_in_shows_everything_on_standard_output_and_exits_with_0()
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartCommandAsync("echo out; echo err >&2; exit 7");
        var program = RunOnPipes(Artifacts.Plugin, DropIn(session));

        Assert.Equal(0, await program.WaitForExitAsync());
        Assert.Equal("", program.Error.Text);
        Assert.Contains("out\n", program.Output.Text, StringComparison.Ordinal);
        Assert.Contains("err\n", program.Output.Text, StringComparison.Ordinal);
        Assert.Contains("EXIT_CODE: 7", program.Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_C_interrupts_a_command_without_a_terminal()
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartCommandAsync("trap 'echo interrupted; exit 5' INT; echo ready; while :; do sleep 0.1; done");
        var terminal = RunOnTerminal(Artifacts.Plugin, Connect(session));
        await terminal.ExpectAsync("ready");

        await terminal.TypeAsync(0x03);
        await terminal.ExpectAsync("interrupted");

        Assert.Equal(5, await terminal.WaitForExitAsync());
        Assert.Equal(terminal.SettingsBefore, terminal.Settings);
    }

    [Fact]
    public async Task On_a_terminal_every_line_begins_in_the_first_column()
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartCommandAsync("echo one; echo two");
        var terminal = RunOnTerminal(Artifacts.Plugin, DropIn(session));

        Assert.Equal(0, await terminal.WaitForExitAsync());
        Assert.Contains("one\r\ntwo\r\n", terminal.Screen.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", terminal.Screen.Text.Replace("\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
