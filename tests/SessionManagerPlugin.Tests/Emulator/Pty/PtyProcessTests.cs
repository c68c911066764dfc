using System.Text;
using SessionManagerPlugin.Emulator.Pty;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Tests.Emulator.Pty;

public sealed class PtyProcessTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Output_is_read_to_its_end_and_the_exit_code_is_seen()
    {
        await using var process = PtyProcess.Start(new SpawnOptions("sh", "-c", "tty; stty size; exit 7"), new TerminalSize(101, 37));

        var output = await ReadToEndAsync(process);

        Assert.StartsWith("/dev/pts/", output, StringComparison.Ordinal);
        Assert.Contains("37 101", output, StringComparison.Ordinal);
        Assert.Equal(new ExitStatus(7, null), await process.Exited.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task Much_output_comes_whole()
    {
        await using var process = PtyProcess.Start(new SpawnOptions("sh", "-c", "seq 1 200000"));

        var output = await ReadToEndAsync(process);

        Assert.Equal(string.Concat(Enumerable.Range(1, 200_000).Select(i => $"{i}\r\n")), output);
    }

    [Fact]
    public async Task Environment_and_directory_are_those_given()
    {
        var options = new SpawnOptions("sh", "-c", "echo $ONE; pwd")
        {
            Environment = new Dictionary<string, string> { ["ONE"] = "ünö", ["PATH"] = Environment.GetEnvironmentVariable("PATH")! },
            WorkingDirectory = "/usr",
        };
        await using var process = PtyProcess.Start(options);

        Assert.Equal("ünö\r\n/usr\r\n", await ReadToEndAsync(process));
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_an_error()
    {
        await Task.CompletedTask;
        var exception = Assert.Throws<IOException>(() => PtyProcess.Start(new SpawnOptions("/no/such/program")));
        Assert.Contains("/no/such/program", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_interrupts_the_foreground_process()
    {
        await using var process = PtyProcess.Start(new SpawnOptions("cat"));
        await process.WriteAsync("x\r"u8.ToArray(), Cancellation);
        await ReadUntilAsync(process, "x\r\nx");

        await process.WriteAsync(new byte[] { 3 }, Cancellation);

        await ReadToEndAsync(process);
        Assert.Equal(new ExitStatus(null, 2), await process.Exited.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task A_read_can_be_cancelled_and_taken_up_again()
    {
        await using var process = PtyProcess.Start(new SpawnOptions("cat"));
        using var cancel = new CancellationTokenSource();
        var read = process.ReadAsync(new byte[10], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);

        await process.WriteAsync("x\r"u8.ToArray(), Cancellation);

        await ReadUntilAsync(process, "x\r\nx");
    }

    [Fact]
    public async Task Disposing_ends_a_read_and_every_process_of_the_session()
    {
        var process = PtyProcess.Start(new SpawnOptions("sh", "-c", "trap '' HUP TERM; sleep 1000 & sleep 1000 & echo ready; wait"));
        await ReadUntilAsync(process, "ready");
        Assert.Equal(3, SessionProcesses.Find(process.ProcessId).Count);
        var read = process.ReadAsync(new byte[10], Cancellation).AsTask();

        await process.DisposeAsync();

        await Assert.ThrowsAnyAsync<ObjectDisposedException>(() => read);
        await ProcessAssert.SessionIsGoneAsync(process.ProcessId);
    }

    private static Task<string> ReadToEndAsync(PtyProcess process) => ReadUntilAsync(process, text: null);

    private static async Task<string> ReadUntilAsync(PtyProcess process, string? text)
    {
        var bytes = new List<byte>();
        var buffer = new byte[4096];
        int count;
        while ((count = await process.ReadAsync(buffer, Cancellation)) > 0)
        {
            bytes.AddRange(buffer.AsSpan(0, count));
            if (text is not null && Encoding.UTF8.GetString(bytes.ToArray()).Contains(text, StringComparison.Ordinal))
            {
                break;
            }
        }

        var read = Encoding.UTF8.GetString(bytes.ToArray());
        Assert.Contains(text ?? "", read, StringComparison.Ordinal);
        return read;
    }
}
