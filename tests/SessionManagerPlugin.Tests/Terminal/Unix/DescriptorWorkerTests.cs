using System.Diagnostics;
using System.Runtime.InteropServices;
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

    [Fact]
    public async Task A_programs_small_writes_come_in_one_read()
    {
        var reading = GatherAsync(100, TimeSpan.FromSeconds(5));
        var sent = "";
        for (var number = 0; number < 20; number++)
        {
            await WriteAsync($"{number},");
            sent += $"{number},";
        }

        // The end of input ends the wait for more, long before the time.
        _writeEnd.Dispose();
        Assert.Equal(sent, await reading);
        Assert.Equal("", await ReadAsync(10));
    }

    [Fact]
    public async Task The_time_bounds_how_long_a_read_gathers()
    {
        await WriteAsync("abc");
        var began = Stopwatch.GetTimestamp();
        Assert.Equal("abc", await GatherAsync(100, TimeSpan.FromMilliseconds(50)));
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.FromMilliseconds(40), Waits.Limit);
    }

    [Fact]
    public async Task A_writer_that_never_stops_does_not_hold_a_read_beyond_its_time()
    {
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await WriteAsync("x");
            }
        });
        var text = await GatherAsync(64_000_000, TimeSpan.FromMilliseconds(50));
        await stop.CancelAsync();
        await writing.Soon();
        Assert.NotEmpty(text);
    }

    [Fact]
    public async Task A_buffer_that_is_full_ends_the_gathering_and_the_rest_is_the_next_reads()
    {
        await WriteAsync("0123456789ab");
        Assert.Equal("0123456789", await GatherAsync(10, TimeSpan.FromMinutes(1)));
        Assert.Equal("ab", await ReadAsync(10));

        var reading = GatherAsync(10, TimeSpan.FromMinutes(1));
        await WriteAsync("01234");
        await WriteAsync("56789");
        Assert.Equal("0123456789", await reading);
    }

    [Fact]
    public async Task The_first_byte_is_waited_for_without_end()
    {
        var reading = GatherAsync(10, TimeSpan.FromMilliseconds(1));
        Assert.NotEqual(reading, await Task.WhenAny(reading, Task.Delay(50)));
        await WriteAsync("x");
        Assert.Equal("x", await reading);
    }

    [Fact]
    public async Task A_read_that_gathers_can_be_cancelled()
    {
        using var stop = new CancellationTokenSource();
        await WriteAsync("abc");
        var reading = _reader.RunAsync(new byte[100], TimeSpan.FromMinutes(1), stop.Token).Soon();
        while (HasInput())
        {
            await Task.Yield();
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task An_error_behind_data_does_not_cost_the_data_and_is_found_by_the_next_read()
    {
        // A pseudo-terminal whose other side hangs up gives an error where a pipe gives the end.
        Assert.Equal(0, OpenPty(out var primary, out var secondary, 0, 0, 0));
        using var primaryEnd = new SafeFileHandle(primary, ownsHandle: true);
        using var secondaryEnd = new SafeFileHandle(secondary, ownsHandle: true);
        var written = DescriptorWorker.Writer(secondary, "far side").RunAsync("last words"u8.ToArray(), CancellationToken.None).Soon();
        Assert.Equal(10, await written);
        var worker = DescriptorWorker.Reader(primary, "hung up");
        var buffer = new byte[100];
        var reading = worker.RunAsync(buffer, TimeSpan.FromSeconds(5), CancellationToken.None).Soon();
        secondaryEnd.Dispose();

        Assert.Equal("last words", Encoding.UTF8.GetString(buffer, 0, await reading));
        if (OperatingSystem.IsLinux())
        {
            await Assert.ThrowsAsync<IOException>(() => worker.RunAsync(buffer, CancellationToken.None).Soon());
        }
    }

    // Descriptors this high are not given out here.
    private const int NeverOpen = 1_000_000;

    private async Task WriteAsync(string text) => _ = await _writer.RunAsync(Encoding.UTF8.GetBytes(text), CancellationToken.None).Soon();

    private async Task<string> GatherAsync(int size, TimeSpan gatherFor)
    {
        var buffer = new byte[size];
        var count = await _reader.RunAsync(buffer, gatherFor, CancellationToken.None).Soon();
        return Encoding.UTF8.GetString(buffer, 0, count);
    }

    /// <summary>Whether the pipe holds what was not read yet.</summary>
    private unsafe bool HasInput()
    {
        var descriptor = new LibC.PollDescriptor { Descriptor = _readEnd.DangerousGetHandle().ToInt32(), Events = LibC.PollIn };
        return LibC.Poll(&descriptor, 1, 0) > 0;
    }

    [DllImport("libc", EntryPoint = "openpty")]
    private static extern int OpenPty(out int primary, out int secondary, nint name, nint attributes, nint size);

    private async Task<string> ReadAsync(int size)
    {
        var buffer = new byte[size];
        var count = await _reader.RunAsync(buffer, CancellationToken.None).Soon();
        return Encoding.UTF8.GetString(buffer, 0, count);
    }
}
