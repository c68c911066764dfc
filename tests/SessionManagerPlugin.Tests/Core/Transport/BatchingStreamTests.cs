using System.Text;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Core.Transport;

public sealed class BatchingStreamTests : IDisposable
{
    private readonly GatedStream _inner = new();
    private readonly BatchingStream _stream;

    public BatchingStreamTests() => _stream = new BatchingStream(_inner, TimeProvider.System);

    public void Dispose()
    {
        _stream.Dispose();
        _inner.Dispose();
    }

    [Fact]
    public async Task Messages_that_were_written_corked_leave_in_one_write()
    {
        _stream.Cork();
        await WriteAsync("a");
        await WriteAsync("b");
        await WriteAsync(new string('c', 100_000));
        Assert.Empty(_inner.Written);

        await _stream.UncorkAsync(CancellationToken.None).Soon();
        Assert.Equal(["ab" + new string('c', 100_000)], _inner.Written);
    }

    [Fact]
    public async Task Uncorked_every_write_leaves_at_once()
    {
        await WriteAsync("a");
        await WriteAsync("b");
        await _stream.UncorkAsync(CancellationToken.None).Soon();
        Assert.Equal(["a", "b"], _inner.Written);
    }

    [Fact]
    public async Task A_control_frame_that_comes_while_corked_leaves_with_the_batch()
    {
        _stream.Cork();
        await WriteAsync("message");
        await WriteAsync("(pong)");
        await _stream.UncorkAsync(CancellationToken.None).Soon();
        Assert.Equal(["message(pong)"], _inner.Written);
    }

    [Fact]
    public async Task What_comes_while_a_write_is_under_way_leaves_behind_it()
    {
        _inner.Close();
        var carrying = WriteAsync("ping");
        _stream.Cork();
        await WriteAsync("a");
        await WriteAsync("b");
        var flushing = _stream.UncorkAsync(CancellationToken.None).Soon();
        Assert.False(flushing.IsCompleted);

        _inner.Open();
        await carrying;
        await flushing;
        Assert.Equal(["ping", "ab"], _inner.Written);
    }

    [Fact]
    public async Task A_flush_completes_only_when_the_socket_has_taken_the_batch()
    {
        _inner.Close();
        _stream.Cork();
        await WriteAsync("a");
        var flushing = _stream.UncorkAsync(CancellationToken.None).Soon();
        Assert.False(flushing.IsCompleted);
        _inner.Open();
        await flushing;
    }

    [Fact]
    public async Task A_write_under_way_does_not_take_along_what_is_corked_behind_it()
    {
        _inner.Close();
        var carrying = WriteAsync("ping");
        _stream.Cork();
        await WriteAsync("a");
        _inner.Open();
        await carrying;
        Assert.Equal(["ping"], _inner.Written);

        await WriteAsync("b");
        await _stream.UncorkAsync(CancellationToken.None).Soon();
        Assert.Equal(["ping", "ab"], _inner.Written);
    }

    [Fact]
    public async Task A_flush_can_be_cancelled_while_the_socket_takes_nothing()
    {
        _inner.Close();
        _stream.Cork();
        await WriteAsync("a");
        using var stop = new CancellationTokenSource();
        var flushing = _stream.UncorkAsync(stop.Token).Soon();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flushing);
    }

    [Fact]
    public async Task A_flush_behind_a_control_frame_can_be_cancelled_too()
    {
        _inner.Close();
        var carrying = WriteAsync("ping");
        _stream.Cork();
        await WriteAsync("a");
        using var stop = new CancellationTokenSource();
        var flushing = _stream.UncorkAsync(stop.Token).Soon();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flushing);

        _inner.Open();
        await carrying;
    }

    [Fact]
    public async Task After_half_a_frame_nothing_more_is_written_that_would_be_taken_for_its_rest()
    {
        _inner.Close();
        using var stop = new CancellationTokenSource();
        _stream.Cork();
        await WriteAsync("half of it is gone");
        var flushing = _stream.UncorkAsync(stop.Token).Soon();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flushing);

        _inner.Open();
        await Assert.ThrowsAsync<IOException>(() => WriteAsync("goodbye"));
        Assert.Empty(_inner.Written);
    }

    [Fact]
    public async Task A_flush_that_was_cancelled_before_it_began_has_lost_nothing()
    {
        _stream.Cork();
        await WriteAsync("a");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _stream.UncorkAsync(new CancellationToken(canceled: true)).Soon());

        await WriteAsync("b");
        Assert.Equal("ab", string.Concat(_inner.Written));
    }

    [Fact]
    public async Task A_failed_write_fails_the_flush_and_every_write_after_it()
    {
        _inner.Fail(new IOException("Broken pipe"));
        _stream.Cork();
        await WriteAsync("a");
        await Assert.ThrowsAsync<IOException>(() => _stream.UncorkAsync(CancellationToken.None).Soon());
        await Assert.ThrowsAsync<IOException>(() => WriteAsync("b"));
        _stream.Cork();
        await Assert.ThrowsAsync<IOException>(() => WriteAsync("c"));
    }

    [Fact]
    public async Task A_batch_that_was_lost_with_the_control_frame_in_front_of_it_is_not_reported_as_sent()
    {
        _inner.Close();
        var carrying = WriteAsync("ping");
        _stream.Cork();
        await WriteAsync("a");
        var flushing = _stream.UncorkAsync(CancellationToken.None).Soon();

        _inner.Fail(new IOException("Broken pipe"));
        _inner.Open();
        await Assert.ThrowsAsync<IOException>(() => carrying);
        await Assert.ThrowsAsync<IOException>(() => flushing);
    }

    [Fact]
    public async Task A_peer_that_asks_without_end_and_takes_no_answer_does_not_fill_the_memory()
    {
        _inner.Close();
        var carrying = WriteAsync("ping");
        var pong = new byte[131];
        var error = await Assert.ThrowsAsync<IOException>(async () =>
        {
            for (var i = 0; i < 1_000_000; i++)
            {
                await _stream.WriteAsync(pong);
            }
        });
        Assert.NotEmpty(error.Message);

        _inner.Fail(new IOException("over"));
        _inner.Open();
        await Assert.ThrowsAsync<IOException>(() => carrying);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Two_writers_lose_nothing_and_keep_their_order(int seed)
    {
        const int Count = 20_000;
        _inner.Yields = true;
        var random = new Random(seed);
        var batches = Enumerable.Range(0, Count).Select(_ => random.Next(1, 20)).ToArray();
        var messages = Task.Run(async () =>
        {
            var sent = 0;
            foreach (var batch in batches)
            {
                if (sent == Count)
                {
                    break;
                }

                _stream.Cork();
                for (var i = 0; i < batch && sent < Count; i++)
                {
                    await WriteAsync($"m{sent++};");
                }

                await _stream.UncorkAsync(CancellationToken.None);
            }
        });
        var controls = Task.Run(async () =>
        {
            for (var i = 0; i < 5000; i++)
            {
                await WriteAsync($"c{i};");
            }
        });
        await Task.WhenAll(messages, controls).Soon();

        var frames = string.Concat(_inner.Written).Split(';', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"m{i}"), frames.Where(frame => frame[0] == 'm'));
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => $"c{i}"), frames.Where(frame => frame[0] == 'c'));
    }

    [Fact]
    public async Task It_owns_the_stream_below()
    {
        await _stream.DisposeAsync();
        Assert.True(_inner.IsDisposed);
    }

    private Task WriteAsync(string text) => _stream.WriteAsync(Encoding.UTF8.GetBytes(text)).Soon();

    /// <summary>Keeps every write; closed, it takes nothing until it is opened.</summary>
    private sealed class GatedStream : MemoryStream
    {
        private TaskCompletionSource _gate = Opened();
        private Exception? _failure;

        public List<string> Written { get; } = [];

        public bool IsDisposed { get; private set; }

        public bool Yields { get; set; }

        public new void Close() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Open() => _gate.TrySetResult();

        public void Fail(Exception failure) => _failure = failure;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Yields)
            {
                await Task.Yield();
            }

            await _gate.Task.WaitAsync(cancellationToken);
            if (_failure is { } failure)
            {
                throw failure;
            }

            Written.Add(Encoding.UTF8.GetString(buffer.Span));
        }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }

        private static TaskCompletionSource Opened()
        {
            var gate = new TaskCompletionSource();
            gate.SetResult();
            return gate;
        }
    }
}
