using SessionManagerPlugin.Core.DataChannels;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Core.DataChannels;

public class PayloadPipeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_byte_comes_out_once_in_order_and_with_its_type(int seed)
    {
        var random = new Random(seed);
        var pipe = new PayloadPipe(random.Next(1, 200));
        var capacity = Capacity(pipe);
        var model = new Queue<(PayloadType Type, byte Value)>();
        for (var step = 0; step < 20_000; step++)
        {
            if (random.Next(2) == 0)
            {
                var type = (PayloadType)random.Next(1, 4);
                var bytes = new byte[random.Next(0, 60)];
                random.NextBytes(bytes);
                var taken = pipe.Write(type, bytes);
                Assert.Equal(Math.Min(bytes.Length, capacity - model.Count), taken);
                foreach (var value in bytes.AsSpan(0, taken))
                {
                    model.Enqueue((type, value));
                }
            }
            else if (pipe.TryRead(out var type, out var bytes))
            {
                var read = random.Next(0, bytes.Length + 1);
                foreach (var value in bytes.Span[..read])
                {
                    Assert.Equal(model.Dequeue(), (type, value));
                }

                pipe.Advance(read);
            }
            else
            {
                Assert.Empty(model);
            }
        }
    }

    [Fact]
    public void Types_that_change_with_every_byte_are_bounded_too()
    {
        var pipe = new PayloadPipe(1_000_000);
        var count = 0;
        while (pipe.Write((PayloadType)(1 + (count % 2)), [(byte)count]) == 1)
        {
            count++;
            Assert.InRange(count, 0, 10_000);
        }

        for (var i = 0; i < count; i++)
        {
            Assert.True(pipe.TryRead(out var type, out var bytes));
            Assert.Equal((PayloadType)(1 + (i % 2)), type);
            Assert.Equal([(byte)i], bytes.ToArray());
            pipe.Advance(1);
            Assert.Equal(1, pipe.Write((PayloadType)7, [1]));
        }
    }

    [Fact]
    public async Task A_reader_that_waits_is_woken_by_a_write()
    {
        var pipe = new PayloadPipe(10);
        var waiting = pipe.WaitToReadAsync(CancellationToken.None).Soon();
        Assert.False(waiting.IsCompleted);
        pipe.Write(PayloadType.Output, "x"u8);
        Assert.True(await waiting);
    }

    [Fact]
    public async Task A_writer_that_waits_is_woken_by_a_read()
    {
        var pipe = new PayloadPipe(1);
        pipe.Write(PayloadType.Output, "x"u8);
        Assert.Equal(0, pipe.Write(PayloadType.Output, "y"u8));
        var waiting = pipe.WaitForRoomAsync().Soon();
        Assert.False(waiting.IsCompleted);
        pipe.Advance(1);
        await waiting;
        Assert.Equal(1, pipe.Write(PayloadType.Output, "y"u8));
    }

    [Fact]
    public async Task What_was_written_before_the_end_can_still_be_read()
    {
        var pipe = new PayloadPipe(10);
        pipe.Write(PayloadType.Output, "x"u8);
        pipe.Complete();
        Assert.True(await pipe.WaitToReadAsync(CancellationToken.None).Soon());
        pipe.Advance(1);
        Assert.False(await pipe.WaitToReadAsync(CancellationToken.None).Soon());
        Assert.False(await pipe.WaitToReadAsync(CancellationToken.None).Soon());
    }

    [Fact]
    public async Task The_end_wakes_a_reader_that_waits()
    {
        var pipe = new PayloadPipe(10);
        var waiting = pipe.WaitToReadAsync(CancellationToken.None).Soon();
        pipe.Complete();
        Assert.False(await waiting);
    }

    [Fact]
    public async Task A_wait_can_be_cancelled_and_nothing_is_lost_by_it()
    {
        var pipe = new PayloadPipe(10);
        using var stop = new CancellationTokenSource();
        var waiting = pipe.WaitToReadAsync(stop.Token).Soon();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        pipe.Write(PayloadType.Output, "x"u8);
        Assert.True(await pipe.WaitToReadAsync(CancellationToken.None).Soon());
    }

    [Fact]
    public async Task Two_tasks_pass_every_byte()
    {
        const int Total = 500_000;
        var pipe = new PayloadPipe(1000);
        var writing = Task.Run(async () =>
        {
            var random = new Random(5);
            var sent = 0;
            while (sent < Total)
            {
                var piece = Enumerable.Range(sent, Math.Min(random.Next(1, 1500), Total - sent)).Select(i => (byte)(i * 7)).ToArray();
                var rest = piece.AsMemory();
                while (!rest.IsEmpty)
                {
                    rest = rest[pipe.Write((PayloadType)(sent % 2), rest.Span)..];
                    if (!rest.IsEmpty)
                    {
                        await pipe.WaitForRoomAsync();
                    }
                }

                sent += piece.Length;
            }

            pipe.Complete();
        });
        var received = 0;
        while (await pipe.WaitToReadAsync(CancellationToken.None).Soon())
        {
            while (pipe.TryRead(out _, out var bytes))
            {
                for (var i = 0; i < bytes.Length; i++)
                {
                    if (bytes.Span[i] != (byte)((received + i) * 7))
                    {
                        Assert.Fail($"byte {received + i} is wrong");
                    }
                }

                received += bytes.Length;
                pipe.Advance(bytes.Length);
            }
        }

        await writing.Soon();
        Assert.Equal(Total, received);
    }

    private static int Capacity(PayloadPipe pipe)
    {
        var count = pipe.Write(PayloadType.Output, new byte[10_000]);
        pipe.TryRead(out _, out var bytes);
        Assert.Equal(count, bytes.Length);
        pipe.Advance(count);
        return count;
    }
}
