using SessionManagerPlugin.EndToEndTests.Fixtures;

namespace SessionManagerPlugin.EndToEndTests;

/// <summary>The emulator as others use it, on its command line.</summary>
public sealed class EmulatorTests : EndToEndTest
{
    [Fact]
    public async Task SIGTERM_with_open_sessions_leaves_no_process_of_theirs()
    {
        var emulator = await StartEmulatorAsync();
        emulator.IsWarningExpected = true;
        var shell = RunOnPipes(Artifacts.Plugin, DropIn(await emulator.StartSessionAsync()));
        var command = RunOnPipes(Artifacts.Plugin, DropIn(await emulator.StartCommandAsync("echo go; sleep 1000")));
        await shell.SendLineAsync("trap '' HUP TERM; sleep 1000 & (sleep 1000 &) ; echo go-$((1+1))");
        await shell.Output.ExpectAsync("go-2");
        await command.Output.ExpectAsync("go");

        // The emulator, two plugins, a shell with two jobs, and a command with its shell: what the check below looks for is there.
        Assert.InRange(TestEnvironment.FindProcesses().Count, 7, 8);
        await emulator.StopAsync();

        Assert.Equal(0, await shell.WaitForExitAsync());
        Assert.Equal(0, await command.WaitForExitAsync());
        await TestEnvironment.ExpectNoProcessAsync("After the emulator");
    }

    [Fact]
    public async Task A_port_that_is_taken_is_an_error()
    {
        var emulator = await StartEmulatorAsync();
        var second = RunOnPipes(Artifacts.Emulator, "--port", $"{emulator.Url.Port}");

        Assert.Equal(1, await second.WaitForExitAsync());
        Assert.Equal("", second.Output.Text);
        Assert.StartsWith($"ssm-emulator: port {emulator.Url.Port} cannot be opened: ", second.Error.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--nonsense", "--nonsense")]
    [InlineData("--port 65536", "--port")]
    [InlineData("--port x", "--port")]
    [InlineData("--handshake sometimes", "sometimes")]
    [InlineData("--tls-certificate file", "--tls-key")]
    [InlineData("--session-timeout 0", "--session-timeout")]
    public async Task A_wrong_option_is_named(string options, string named)
    {
        var program = RunOnPipes(Artifacts.Emulator, options.Split(' '));

        Assert.Equal(2, await program.WaitForExitAsync());
        Assert.Equal("", program.Output.Text);
        Assert.StartsWith("ssm-emulator: ", program.Error.Text, StringComparison.Ordinal);
        Assert.Contains(named, program.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_is_not_there_is_an_error()
    {
        var program = RunOnPipes(
            Artifacts.Emulator, "--port", "0", "--tls-certificate", PathOf("missing"), "--tls-key", PathOf("missing"));

        Assert.Equal(1, await program.WaitForExitAsync());
        Assert.StartsWith("ssm-emulator: the certificate cannot be read: ", program.Error.Text, StringComparison.Ordinal);
    }
}
