using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;
using SessionManagerPlugin.Terminal.Unix;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Terminal.Unix;

[UnsupportedOSPlatform("windows")]
public sealed class DescriptorWorkerTests : IDisposable
{
    private readonly SafeFileHandle _readEnd;
    private readonly SafeFileHandle _writeEnd;
    private readonly DescriptorWorker _reader;
    private readonly DescriptorWorker _writer;

    public unsafe DescriptorWorkerTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "descriptors are Unix's");
        var ends = stackalloc int[2];
        Assert.Equal(0, LibC.Pipe(ends));
        _readEnd = new SafeFileHandle(ends[0], ownsHandle: true);
        _writeEnd = new SafeFileHandle(ends[1], ownsHandle: true);
        _reader = DescriptorWorker.Reader(ends[0], "test input");
        _writer = DescriptorWorker.Writer(ends[1], "test output");
    }

    public void Dispose()
    {
        _readEnd.Dispose();
        _writeEnd.Dispose();
    }

    [Fact]
    public async Task What_was_written_is_read_again_and_again()
    {
        for (var i = 0; i < 1000; i++)
        {
            await WriteAsync($"line {i}");
            Assert.Equal($"line {i}", await ReadAsync(100));
        }
    }

    [Fact]
    public async Task A_read_gives_what_is_there_and_does_not_wait_for_a_full_buffer()
    {
        var reading = ReadAsync(10);
        await WriteAsync("abc");
        Assert.Equal("abc", await reading);
        await WriteAsync("0123456789ab");
        Assert.Equal("0123456789", await ReadAsync(10));
        Assert.Equal("ab", await ReadAsync(10));
    }

    [Fact]
    public async Task A_write_larger_than_the_pipe_is_written_whole()
    {
        var bytes = new byte[1_000_000];
        new Random(1).NextBytes(bytes);
        var writing = _writer.RunAsync(bytes, CancellationToken.None).Soon();
        var read = new List<byte>();
        var buffer = new byte[50_000];
        while (read.Count < bytes.Length)
        {
            var count = await _reader.RunAsync(buffer, CancellationToken.None).Soon();
            read.AddRange(buffer.AsSpan(0, count));
        }

        Assert.Equal(bytes.Length, await writing);
        Assert.Equal(bytes, read);
    }

    [Fact]
    public async Task The_end_of_input_is_read_as_the_end()
    {
        await WriteAsync("last");
        _writeEnd.Dispose();
        Assert.Equal("last", await ReadAsync(100));
        Assert.Equal("", await ReadAsync(100));
        Assert.Equal("", await ReadAsync(100));
    }

    [Fact]
    public async Task Input_that_was_never_open_has_ended()
    {
        var closed = DescriptorWorker.Reader(NeverOpen, "no input");
        Assert.Equal(0, await closed.RunAsync(new byte[10], CancellationToken.None).Soon());
    }

    [Fact]
    public async Task Output_that_was_never_open_is_an_error()
    {
        var closed = DescriptorWorker.Writer(NeverOpen, "no output");
        var error = await Assert.ThrowsAsync<IOException>(() => closed.RunAsync(new byte[10], CancellationToken.None).Soon());
        Assert.Contains("Bad file descriptor", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_that_nobody_reads_any_more_is_an_error_and_no_signal()
    {
        _readEnd.Dispose();
        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsAsync<IOException>(() => WriteAsync("x"));
            Assert.Contains("Broken pipe", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_read_that_waits_can_be_cancelled_and_takes_nothing()
    {
        using var stop = new CancellationTokenSource();
        var reading = _reader.RunAsync(new byte[10], stop.Token).Soon();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);

        await WriteAsync("kept");
        var other = DescriptorWorker.Reader(_readEnd.DangerousGetHandle().ToInt32(), "other");
        var buffer = new byte[10];
        Assert.Equal(4, await other.RunAsync(buffer, CancellationToken.None).Soon());
    }

    [Fact]
    public async Task A_write_to_a_full_pipe_can_be_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var writing = _writer.RunAsync(new byte[1_000_000], stop.Token).Soon();
        Assert.NotEmpty(await ReadAsync(1));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    [Fact]
    public async Task What_was_cancelled_before_does_not_begin()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _reader.RunAsync(new byte[10], new CancellationToken(canceled: true)).Soon());
        await WriteAsync("x");
        Assert.Equal("x", await ReadAsync(10));
    }

    [Fact]
    public async Task A_cancellation_that_meets_the_operations_end_harms_neither()
    {
        for (var round = 0; round < 300; round++)
        {
            using var stop = new CancellationTokenSource();
            var worker = DescriptorWorker.Reader(_readEnd.DangerousGetHandle().ToInt32(), "race");
            var reading = worker.RunAsync(new byte[10], stop.Token).Soon();
            var cancelling = Task.Run(stop.Cancel);
            await WriteAsync("x");
            await cancelling;
            try
            {
                Assert.InRange(await reading, 1, 10);
            }
            catch (OperationCanceledException)
            {
                // The byte is the next reader's, unless the read had it when it was cancelled.
            }
        }
    }

    // Descriptors this high are not given out here.
    private const int NeverOpen = 1_000_000;

    private async Task WriteAsync(string text) => _ = await _writer.RunAsync(Encoding.UTF8.GetBytes(text), CancellationToken.None).Soon();

    private async Task<string> ReadAsync(int size)
    {
        var buffer = new byte[size];
        var count = await _reader.RunAsync(buffer, CancellationToken.None).Soon();
        return Encoding.UTF8.GetString(buffer, 0, count);
    }
}
