using System.Security.Cryptography;
using System.Text;
using SessionManagerPlugin.EndToEndTests.Fixtures;

namespace SessionManagerPlugin.EndToEndTests;

/// <summary>Scripts: input and output are pipes, files, or closed, and data passes whole.</summary>
public sealed class PipeTests : EndToEndTest
{
    private const string WithoutInput = """exec "$@" </dev/null""";

    [Fact]
    public async Task Output_still_comes_when_the_input_ends_right_away()
    {
        var emulator = await StartEmulatorAsync();
        var program = RunOnPipes(Artifacts.Plugin, DropIn(await emulator.StartSessionAsync()));

        await program.SendLineAsync("sleep 1; echo answer-$((6*7))");
        await program.SendLineAsync("exit");
        program.CloseInput();

        Assert.Equal(0, await program.WaitForExitAsync());
        Assert.Contains("answer-42", program.Output.Text, StringComparison.Ordinal);
        Assert.Contains("Exiting session with sessionId: ", program.Output.Text, StringComparison.Ordinal);
        Assert.Equal("", program.Error.Text);
    }

    [Fact]
    public async Task The_end_of_the_input_does_not_end_the_session()
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartSessionAsync();
        var program = RunOnPipes(Artifacts.Plugin, DropIn(session));
        await program.SendLineAsync("echo first-$((1+1))");
        program.CloseInput();
        await program.Output.ExpectAsync("first-2");

        // Nothing more can be typed, so the service ends what would otherwise go on.
        await emulator.TerminateSessionAsync(session.SessionId);

        Assert.Equal(0, await program.WaitForExitAsync());
    }

    [Theory]
    [InlineData("</dev/null")]
    [InlineData("<&-")]
    public async Task A_command_runs_without_any_input(string redirection)
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartCommandAsync("sleep 0.3; echo answer-$((6*7)); exit 3");
        var program = RunOnPipes("/bin/sh", ByShell($"exec \"$@\" {redirection}", [Artifacts.Plugin, .. Connect(session)]));

        Assert.Equal(3, await program.WaitForExitAsync());
        Assert.Contains("answer-42\n", program.Output.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("</dev/null")]
    [InlineData("<&-")]
    [InlineData("<&- 2>&-")]
    public async Task Nothing_is_typed_without_any_input(string redirection)
    {
        // A closed descriptor's number goes to what the process opens next, whose bytes must not reach the far shell.
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartSessionAsync(
            "AWS-StartInteractiveCommand", "stty raw -echo; echo go; timeout 1 head -c 1 | wc -c | sed s/^/typed-/");
        var program = RunOnPipes("/bin/sh", ByShell($"exec \"$@\" {redirection}", [Artifacts.Plugin, .. DropIn(session)]));

        Assert.Equal(0, await program.WaitForExitAsync());
        Assert.Contains("typed-0", program.Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_goes_away_ends_the_session_with_an_error()
    {
        var emulator = await StartEmulatorAsync();
        emulator.IsWarningExpected = true;
        var program = RunUnread(Artifacts.Plugin, DropIn(await emulator.StartCommandAsync("yes")));

        await program.ReadSomeAndCloseOutputAsync(1000);

        Assert.Equal(1, await program.WaitForExitAsync());
        Assert.StartsWith("session-manager-plugin: ", program.Error.Text, StringComparison.Ordinal);
        Assert.Contains("output cannot be written", program.Error.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(">/dev/full")]
    [InlineData(">&-")]
    public async Task An_output_that_takes_nothing_is_an_error(string redirection)
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartSessionAsync();
        var program = RunOnPipes("/bin/sh", ByShell($"exec \"$@\" {redirection}", [Artifacts.Plugin, .. DropIn(session)]));

        Assert.Equal(1, await program.WaitForExitAsync());
        Assert.StartsWith("session-manager-plugin: standard output cannot be written: ", program.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_output_comes_whole()
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartCommandAsync("seq 1 1000000");
        var program = RunOnPipes("/bin/sh", ByShell(WithoutInput, [Artifacts.Plugin, .. Connect(session)]));

        Assert.Equal(0, await program.WaitForExitAsync(Limits.Transfer));
        AssertCounts(program.Output.Text, session, 1_000_000);
    }

    [Fact]
    public async Task A_slow_reader_loses_nothing()
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartCommandAsync(
            $"echo ready >&2; until [ -e '{PathOf("go")}' ]; do sleep 0.1; done; seq 1 1000000");
        var program = RunUnread("/bin/sh", ByShell(WithoutInput, [Artifacts.Plugin, .. Connect(session)]));
        await program.Error.ExpectAsync("ready");
        await File.WriteAllTextAsync(PathOf("go"), "", TestContext.Current.CancellationToken);

        // Long enough for every buffer on the way to fill, and for messages to be sent again if the plugin let them.
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        program.ReadOutput();

        Assert.Equal(0, await program.WaitForExitAsync(Limits.Transfer));
        AssertCounts(program.Output.Text, session, 1_000_000);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_come_as_they_are()
    {
        var emulator = await StartEmulatorAsync();
        var bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);
        await File.WriteAllBytesAsync(PathOf("data"), bytes, TestContext.Current.CancellationToken);
        var session = await emulator.StartCommandAsync($"cat '{PathOf("data")}'");
        var program = RunOnPipes("/bin/sh", ByShell(WithoutInput, [Artifacts.Plugin, .. DropIn(session)]));

        Assert.Equal(0, await program.WaitForExitAsync(Limits.Transfer));
        var banner = $"\nStarting session with SessionId: {session.SessionId}\n".Length;
        Assert.Equal(bytes, program.Output.Bytes[banner..(banner + bytes.Length)]);
    }

    [Fact]
    public async Task A_large_input_arrives_whole()
    {
        const int Count = 1024 * 1024;
        var emulator = await StartEmulatorAsync();
        var program = RunOnPipes(Artifacts.Plugin, DropIn(await emulator.StartSessionAsync()));
        var bytes = new byte[Count];
        new Random(2).NextBytes(bytes);

        await program.SendLineAsync($"stty raw -echo; echo go-$((1+1)); head -c {Count} | sha256sum; stty sane; exit");
        await program.Output.ExpectAsync("go-2");
        await program.SendAsync(bytes);
        program.CloseInput();

        Assert.Equal(0, await program.WaitForExitAsync(Limits.Transfer));
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(bytes)), program.Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_that_comes_byte_by_byte_arrives_as_it_is()
    {
        var emulator = await StartEmulatorAsync();
        var program = RunOnPipes(Artifacts.Plugin, DropIn(await emulator.StartSessionAsync()));
        await program.SendLineAsync("stty raw -echo; echo go-$((1+1)); head -c 4 | od -An -tx1; stty sane; exit");
        await program.Output.ExpectAsync("go-2");

        foreach (var b in "\n\r\n~"u8.ToArray())
        {
            await program.SendAsync(new[] { b });
            await Task.Delay(Limits.Poll, TestContext.Current.CancellationToken);
        }

        await program.Output.ExpectAsync(" 0a 0d 0a 7e");
        Assert.Equal(0, await program.WaitForExitAsync());
    }

    [Fact]
    public async Task Without_a_terminal_the_far_one_is_so_wide_that_nothing_wraps()
    {
        var emulator = await StartEmulatorAsync();
        var program = RunOnPipes(Artifacts.Plugin, DropIn(await emulator.StartSessionAsync()));

        await program.SendLineAsync("until [ \"$(stty size)\" = '100 300' ]; do sleep 0.1; done; echo size-$(stty size); exit");

        await program.Output.ExpectAsync("size-100 300");
        Assert.Equal(0, await program.WaitForExitAsync());
    }

    /// <summary>Checks that the output is the banner, the numbers from 1, and the end.</summary>
    private static void AssertCounts(string output, StartedSession session, int last)
    {
        var expected = new StringBuilder($"\nStarting session with SessionId: {session.SessionId}\n");
        for (var i = 1; i <= last; i++)
        {
            expected.Append(i).Append('\n');
        }

        expected.Append($"EXIT_CODE: 0\n\nExiting session with sessionId: {session.SessionId}.\n\n");

        // Not the framework's comparison, which would show megabytes.
        Assert.Equal(expected.Length, output.Length);
        Assert.True(expected.Equals(output), $"The output differs at {output.Zip(expected.ToString()).TakeWhile(static p => p.First == p.Second).Count()}.");
    }
}
