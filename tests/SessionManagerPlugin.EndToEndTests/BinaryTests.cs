using SessionManagerPlugin.EndToEndTests.Fixtures;

namespace SessionManagerPlugin.EndToEndTests;

/// <summary>The published files themselves, and what they answer without a session.</summary>
public sealed class BinaryTests : EndToEndTest
{
    private static readonly string[] SystemLibraries =
    [
        "libc.so", "libc.musl-", "libm.so", "libdl.so", "libpthread.so", "librt.so", "libgcc_s.so", "ld-linux", "ld-musl-", "libz.so",
    ];

    public static TheoryData<string> Binaries => ["session-manager-plugin", "ssm-emulator"];

    [Fact]
    public async Task The_version_is_four_numbers_and_nothing_else()
    {
        var program = RunOnPipes(Artifacts.Plugin, "--version");

        Assert.Equal(0, await program.WaitForExitAsync());
        Assert.Equal("1.3.0.0\n", program.Output.Text);
        Assert.Equal("", program.Error.Text);
    }

    [Fact]
    public async Task Without_arguments_it_says_that_it_is_installed()
    {
        var program = RunOnPipes(Artifacts.Plugin);

        Assert.Equal(0, await program.WaitForExitAsync());
        Assert.Equal(
            "\nThe Session Manager plugin was installed successfully. Use the AWS CLI to start a session.\n\n", program.Output.Text);
        Assert.Equal("", program.Error.Text);
    }

    [Fact]
    public async Task The_help_names_every_command_and_option()
    {
        var program = RunOnPipes(Artifacts.Plugin, "--help");

        Assert.Equal(0, await program.WaitForExitAsync());
        Assert.Equal("", program.Error.Text);
        AssertNames(program.Output.Text, "connect", "StartSession", "--version", "--help", "--verbose", "-v", "--log-file");
    }

    [Fact]
    public async Task The_help_of_connect_names_every_option()
    {
        var program = RunOnPipes(Artifacts.Plugin, "connect", "--help");

        Assert.Equal(0, await program.WaitForExitAsync());
        Assert.Equal("", program.Error.Text);
        AssertNames(
            program.Output.Text,
            "--session-id", "--stream-url", "--token-value", "--target", "--document-name", "--session-type", "--client-id",
            "--parameters", "--profile", "--region", "--endpoint-url", "--verbose", "--log-file", ResponseVariable, "json");
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("--help")]
    public async Task An_answer_that_cannot_be_written_is_an_error(string question)
    {
        var program = RunOnPipes("/bin/sh", ByShell("exec \"$@\" >/dev/full", Artifacts.Plugin, question));

        Assert.Equal(1, await program.WaitForExitAsync());
        Assert.StartsWith("session-manager-plugin: standard output cannot be written", program.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_plugin_runs_in_an_empty_environment()
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartSessionAsync();
        var program = RunOnPipes(new Dictionary<string, string>(StringComparer.Ordinal), Artifacts.Plugin, DropIn(session));

        await program.SendLineAsync("echo answer-$((6*7)); exit");

        Assert.Equal(0, await program.WaitForExitAsync());
        Assert.Contains("answer-42", program.Output.Text, StringComparison.Ordinal);
        Assert.Equal("", program.Error.Text);
    }

    [Theory]
    [MemberData(nameof(Binaries))]
    public void A_binary_needs_the_systems_libraries_alone(string name)
    {
        var elf = ElfFile.Read(Path.Combine(Artifacts.Folder, name));

        Assert.NotEmpty(elf.NeededLibraries);
        Assert.All(
            elf.NeededLibraries,
            static library => Assert.Contains(SystemLibraries, known => library.StartsWith(known, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Binaries))]
    public void A_binary_is_stripped_and_its_symbols_stand_beside_it(string name)
    {
        var elf = ElfFile.Read(Path.Combine(Artifacts.Folder, name));

        Assert.DoesNotContain(".symtab", elf.SectionNames);
        Assert.DoesNotContain(elf.SectionNames, static section => section.StartsWith(".debug", StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(Artifacts.Folder, "symbols", name + ".dbg")));
    }

    private static void AssertNames(string help, params string[] names) =>
        Assert.All(names, name => Assert.Contains(name, help, StringComparison.Ordinal));
}
