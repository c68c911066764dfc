using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using SessionManagerPlugin.EndToEndTests.Fixtures;

namespace SessionManagerPlugin.EndToEndTests;

/// <summary>The connection goes, the session stays: no byte lost, none doubled, none out of place.</summary>
public sealed partial class ResumeTests : EndToEndTest
{
    private const int Size64 = 64 * 1024 * 1024;
    private const int PeakKibibytes = 64 * 1024;

    // Slow enough for several cuts: at full speed the transfer is over before the first.
    private const string Pace = "16MB/s";
    private const string Everything = "cut-every=1,drop=0.02,duplicate=0.02,reorder=0.02,corrupt=0.001,seed=7";

    [Fact]
    public async Task A_shell_goes_on_over_connections_that_are_cut_again_and_again()
    {
        var emulator = await StartFaultyEmulatorAsync("--faults", "cut-every=0.4,seed=1");
        var terminal = RunOnTerminal(Artifacts.Plugin, DropIn(await emulator.StartSessionAsync()));
        await terminal.ExpectPromptAsync();

        for (var i = 0; i < 20; i++)
        {
            await terminal.TypeLineAsync($"sleep 0.1; echo answer-$(({i}*7))-end");
            await terminal.ExpectAsync($"answer-{i * 7}-end");
        }

        await terminal.TypeLineAsync("exit");
        await terminal.ExpectAsync("Exiting session with sessionId: ");
        Assert.Equal(0, await terminal.WaitForExitAsync());
        Assert.Equal(terminal.SettingsBefore, terminal.Settings);
        Assert.Contains("connection lost, resuming", terminal.Screen.Text, StringComparison.Ordinal);
        Assert.Matches(ResumedAfter(), terminal.Screen.Text);
        Assert.Equal(20, AnswerEnd().Count(terminal.Screen.Text));
    }

    [Theory]
    [InlineData("--faults", Everything, "--bandwidth", Pace)]
    [InlineData("--faults", Everything, "--bandwidth", Pace, "--latency-ms", "80")]
    public async Task An_upload_arrives_whole_through_cuts_losses_doubles_and_disorder(params string[] faults)
    {
        var emulator = await StartFaultyEmulatorAsync(faults);
        var data = RandomNumberGenerator.GetBytes(Size64);
        var program = RunOnPipes(Artifacts.Plugin, Connect(await emulator.StartSinkAsync(data.Length)));

        var sending = program.SendAsync(data);
        await program.Error.ExpectAsync("resumed after");
        await sending;
        Assert.InRange(PeakMemory(program.ProcessId), 1, PeakKibibytes);

        Assert.Equal(0, await program.WaitForExitAsync(Limits.Transfer));
        Assert.Contains($"sha256={Convert.ToHexStringLower(SHA256.HashData(data))} bytes={data.Length}", program.Output.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--faults", Everything, "--bandwidth", Pace)]
    [InlineData("--faults", Everything, "--bandwidth", Pace, "--latency-ms", "80")]
    public async Task A_download_arrives_whole_through_cuts_losses_doubles_and_disorder(params string[] faults)
    {
        // The real agent brings back ten lost messages a second, which would take minutes here and is not what this is about.
        var emulator = await StartFaultyEmulatorAsync(["--agent-resend", "all", "--agent-flush-timeout", "60", .. faults]);
        var program = RunOnPipes(Artifacts.Plugin, Connect(await emulator.StartSourceAsync(Size64)));
        program.CloseInput();

        await program.Error.ExpectAsync("resumed after");
        await program.Error.ExpectAsync("sha256=");
        Assert.InRange(PeakMemory(program.ProcessId), 1, PeakKibibytes);
        Assert.Equal(0, await program.WaitForExitAsync(Limits.Transfer));

        // In front of the data stands the line that names the session, behind it what the end of the command and the session say.
        var output = program.Output.Bytes;
        var data = output.AsSpan(output.AsSpan(1).IndexOf((byte)'\n') + 2, Size64);
        var expected = Digest().Match(program.Error.Text).Groups["digest"].Value;
        Assert.Equal(expected, Convert.ToHexStringLower(SHA256.HashData(data)));
        Assert.Contains("EXIT_CODE: 0", Encoding.ASCII.GetString(output[^200..]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_is_stopped_for_ten_seconds_in_mid_transfer_loses_nothing()
    {
        var emulator = await StartFaultyEmulatorAsync("--bandwidth", "8MB/s");
        var data = RandomNumberGenerator.GetBytes(Size64 / 2);
        var program = RunOnPipes(Artifacts.Plugin, Connect(await emulator.StartSinkAsync(data.Length)));
        var sending = program.SendAsync(data);

        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.False(sending.IsCompleted, "the transfer was over before the process was stopped");
        program.Signal(ProcessSignals.Stop);
        await Task.Delay(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        program.Signal(ProcessSignals.Continue);
        await sending;

        Assert.Equal(0, await program.WaitForExitAsync(Limits.Transfer));
        Assert.Contains($"sha256={Convert.ToHexStringLower(SHA256.HashData(data))}", program.Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_that_is_away_for_a_while_in_mid_transfer_loses_nothing()
    {
        var emulator = await StartFaultyEmulatorAsync("--bandwidth", "16MB/s", "--faults", "cut-every=1,refuse=4,seed=3");
        var data = RandomNumberGenerator.GetBytes(Size64 / 2);
        var program = RunOnPipes(Artifacts.Plugin, Connect(await emulator.StartSinkAsync(data.Length)));
        await program.SendAsync(data);

        Assert.Equal(0, await program.WaitForExitAsync(Limits.Transfer));
        Assert.Contains($"sha256={Convert.ToHexStringLower(SHA256.HashData(data))}", program.Output.Text, StringComparison.Ordinal);
        Assert.Matches(ResumedAfter(), program.Error.Text);
    }

    [Fact]
    public async Task The_services_hourly_close_is_not_the_sessions_end()
    {
        var emulator = await StartFaultyEmulatorAsync("--faults", "close-every=1,seed=1");
        var program = RunOnPipes(Artifacts.Plugin, Connect(await emulator.StartCommandAsync("sleep 1.5; echo answer-$((6*7))")));

        Assert.Equal(0, await program.WaitForExitAsync());
        Assert.Contains("answer-42", program.Output.Text, StringComparison.Ordinal);
        Assert.Contains("Bye", program.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_typed_during_an_outage_arrives_after_it()
    {
        var emulator = await StartFaultyEmulatorAsync("--faults", "cut-every=1,refuse=5,seed=2");
        var terminal = RunOnTerminal(Artifacts.Plugin, DropIn(await emulator.StartSessionAsync()));
        await terminal.ExpectPromptAsync();

        await terminal.ExpectAsync("connection lost, resuming");
        await terminal.TypeLineAsync("echo answer-$((6*7))");
        await terminal.ExpectAsync("answer-42");

        await terminal.TypeLineAsync("exit");
        Assert.Equal(0, await terminal.WaitForExitAsync());
    }

    [Fact]
    public async Task A_session_whose_connection_does_not_come_back_can_be_ended_from_the_keyboard()
    {
        var emulator = await StartEmulatorAsync();
        var terminal = RunOnTerminal(Artifacts.Plugin, DropIn(await emulator.StartSessionAsync()));
        await terminal.ExpectPromptAsync();
        await emulator.KillAsync();
        await terminal.ExpectAsync("connection lost, resuming");

        await terminal.TypeAsync("\r~."u8.ToArray());

        Assert.Equal(0, await terminal.WaitForExitAsync());
        Assert.Equal(terminal.SettingsBefore, terminal.Settings);
    }

    [Fact]
    public async Task The_escape_ends_the_session_at_the_service_too()
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartSessionAsync();
        var terminal = RunOnTerminal(Artifacts.Plugin, DropIn(session));
        await terminal.ExpectPromptAsync();
        await terminal.TypeAsync("\r~?"u8.ToArray());
        await terminal.ExpectAsync("~.  end the session");

        await terminal.TypeAsync("\r~."u8.ToArray());
        await terminal.ExpectAsync("Exiting session with sessionId: ");

        Assert.Equal(0, await terminal.WaitForExitAsync());
        Assert.True(await emulator.IsOverAsync(session.SessionId));
    }

    [Fact]
    public async Task A_session_that_timed_out_meanwhile_says_so_and_is_no_error()
    {
        var emulator = await StartFaultyEmulatorAsync("--session-timeout", "1", "--faults", "cut-every=1,refuse=40,seed=2");
        var terminal = RunOnTerminal(Artifacts.Plugin, DropIn(await emulator.StartSessionAsync()));
        await terminal.ExpectPromptAsync();

        await terminal.ExpectAsync("timed out.");

        Assert.Equal(0, await terminal.WaitForExitAsync());
        Assert.Equal(terminal.SettingsBefore, terminal.Settings);
    }

    [GeneratedRegex("resumed after [0-9.]+ s", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex ResumedAfter();

    [GeneratedRegex("answer-[0-9]+-end", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex AnswerEnd();

    [GeneratedRegex("sha256=(?<digest>[0-9a-f]{64})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Digest();

    /// <summary>One that says on standard error what it does to the messages.</summary>
    private async Task<EmulatorProcess> StartFaultyEmulatorAsync(params string[] options)
    {
        var emulator = await StartEmulatorAsync(options);
        emulator.IsWarningExpected = true;
        return emulator;
    }

    /// <summary>The most memory that a process ever had, in KiB.</summary>
    private static int PeakMemory(int processId)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return int.Parse(line["VmHWM:".Length..^" kB".Length].Trim(), CultureInfo.InvariantCulture);
    }
}
