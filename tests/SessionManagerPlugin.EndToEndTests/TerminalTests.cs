using System.Security.Cryptography;
using SessionManagerPlugin.EndToEndTests.Fixtures;

namespace SessionManagerPlugin.EndToEndTests;

/// <summary>Local terminals in all mixtures: busy ones, half ones, and those without a size.</summary>
public sealed class TerminalTests : EndToEndTest
{
    [Fact]
    public async Task Control_C_stops_a_flood_of_output()
    {
        var emulator = await StartEmulatorAsync();
        var terminal = RunOnTerminal(Artifacts.Plugin, DropIn(await emulator.StartSessionAsync()));
        await terminal.ExpectPromptAsync();

        await terminal.TypeLineAsync("sh -c 'echo go-$((1+1)); exec yes'");
        await terminal.ExpectAsync("go-2");
        await terminal.ExpectAsync("y\r\ny\r\n");
        await terminal.TypeAsync(0x03);
        await terminal.ExpectPromptAsync();
        await terminal.TypeLineAsync("echo still-$((1+1))");

        await terminal.ExpectAsync("still-2");
    }

    [Fact]
    public async Task A_large_paste_arrives_whole()
    {
        const int Count = 200_000;
        var emulator = await StartEmulatorAsync();
        var terminal = RunOnTerminal(Artifacts.Plugin, DropIn(await emulator.StartSessionAsync()));
        await terminal.ExpectPromptAsync();
        var bytes = new byte[Count];
        new Random(3).NextBytes(bytes);

        await terminal.TypeLineAsync($"stty raw -echo; echo go-$((1+1)); head -c {Count} | sha256sum; stty sane; echo done-$((1+1))");
        await terminal.ExpectAsync("go-2");
        await terminal.TypeAsync(bytes);

        await terminal.ExpectAsync(Convert.ToHexStringLower(SHA256.HashData(bytes)));
        await terminal.ExpectAsync("done-2");
    }

    [Fact]
    public async Task With_piped_input_the_far_terminal_has_the_size_of_the_one_that_shows_it()
    {
        var emulator = await StartEmulatorAsync();
        string[] command = [Artifacts.Plugin, .. DropIn(await emulator.StartSessionAsync())];
        var terminal = RunOnTerminal(
            "/bin/sh", ByShell("""echo 'until [ "$(stty size)" = "24 80" ]; do sleep 0.1; done; echo size-$((1+1)); exit' | "$@" """, command));

        await terminal.ExpectAsync("size-2");

        Assert.Equal(0, await terminal.WaitForExitAsync());
        Assert.Equal(terminal.SettingsBefore, terminal.Settings);
    }

    [Fact]
    public async Task With_output_to_a_file_a_person_still_types()
    {
        var emulator = await StartEmulatorAsync();
        string[] command = [Artifacts.Plugin, .. DropIn(await emulator.StartSessionAsync())];
        var terminal = RunOnTerminal("/bin/sh", ByShell($"""exec "$@" >'{PathOf("output")}' """, command));

        await terminal.ExpectRawAsync();
        await terminal.TypeLineAsync("stty size; echo answer-$((6*7)); exit");

        Assert.Equal(0, await terminal.WaitForExitAsync());
        Assert.Equal(terminal.SettingsBefore, terminal.Settings);
        var output = await File.ReadAllTextAsync(PathOf("output"), TestContext.Current.CancellationToken);
        Assert.Contains("24 80", output, StringComparison.Ordinal);
        Assert.Contains("answer-42", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_that_states_no_size_is_taken_for_a_usual_one()
    {
        var emulator = await StartEmulatorAsync();
        string[] command = [Artifacts.Plugin, .. DropIn(await emulator.StartSessionAsync())];
        var terminal = RunOnTerminal("/bin/sh", ByShell("""stty rows 0 columns 0; exec "$@" """, command));
        await terminal.ExpectPromptAsync();

        await terminal.TypeLineAsync("stty size");

        await terminal.ExpectAsync("24 80");
    }

    [Fact]
    public async Task A_terminal_with_settings_of_its_own_gets_those_back()
    {
        var emulator = await StartEmulatorAsync();
        string[] command = [Artifacts.Plugin, .. DropIn(await emulator.StartSessionAsync())];
        const string Script = """
            stty intr ^X -ixon -echoctl -opost
            before=$(stty -g)
            "$@"
            [ "$(stty -g)" = "$before" ] && echo same-$((1+1))
            """;
        var terminal = RunOnTerminal("/bin/sh", ByShell(Script, command));
        await terminal.ExpectPromptAsync();
        await terminal.TypeLineAsync("exit");

        await terminal.ExpectAsync("same-2");
        Assert.Equal(0, await terminal.WaitForExitAsync());
    }
}
