using SessionManagerPlugin.Emulator.Faults;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Emulator.Faults;

public sealed class ImpairedLineTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly FaultCounters _counters = new();
    private ImpairedLine? _line;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_take_their_time_and_all_that_are_due_arrive_at_once()
    {
        var line = Line(latency: 40);
        await EnterAsync(line, 1);
        _time.Advance(Milliseconds(10));
        await EnterAsync(line, 2);
        await EnterAsync(line, 3);
        var waiting = line.WaitToReadAsync(Cancellation).AsTask();

        _time.Advance(Milliseconds(29));
        Assert.False(line.TryRead(out _));
        Assert.False(waiting.IsCompleted);

        _time.Advance(Milliseconds(1));
        Assert.True(await waiting);
        Assert.Equal([1], Read(line));

        waiting = line.WaitToReadAsync(Cancellation).AsTask();
        _time.Advance(Milliseconds(10));
        Assert.True(await waiting);
        Assert.Equal([2, 3], Read(line));
    }

    [Fact]
    public async Task A_wire_carries_so_many_bytes_and_then_keeps_its_sender_waiting()
    {
        var line = Line(latency: 10, bytesPerSecond: 1000);
        await EnterAsync(line, 1, size: 100);

        // The wire is taken for 100 ms, and then for 300: the sender waits until it is for 75.
        var entering = EnterAsync(line, 2, size: 200);
        await _time.WhenWaitingAsync(Milliseconds(225));
        _time.Advance(Milliseconds(110));
        Assert.Equal([1], Read(line));
        Assert.False(entering.IsCompleted);
        _time.Advance(Milliseconds(115));
        await entering;
        _time.Advance(Milliseconds(84));
        Assert.Empty(Read(line));
        _time.Advance(Milliseconds(1));
        Assert.Equal([2], Read(line));
    }

    [Fact]
    public async Task What_is_held_back_goes_on_when_nothing_follows_for_fifty_milliseconds()
    {
        var line = Line(rates: new FaultRates { Reorder = 1 });
        await EnterAsync(line, 1);
        var waiting = line.WaitToReadAsync(Cancellation).AsTask();

        _time.Advance(Milliseconds(49));
        Assert.False(waiting.IsCompleted);
        _time.Advance(Milliseconds(1));

        Assert.True(await waiting);
        Assert.Equal([1], Read(line));
        Assert.Equal(1, _counters[Fault.Reordered]);
    }

    [Fact]
    public async Task What_is_exempt_comes_last_and_unharmed()
    {
        var line = Line(rates: new FaultRates { Reorder = 1, Corrupt = 1 });
        await EnterAsync(line, 1);
        await line.EnterAsync(new byte[] { 2 }, isExempt: true, Cancellation);
        line.Complete();

        Assert.Equal([1, 2], Read(line));
        Assert.False(await line.WaitToReadAsync(Cancellation));

        line = Line(rates: new FaultRates { Drop = 1 });
        await EnterAsync(line, 1);
        await line.EnterAsync(new byte[] { 2 }, isExempt: true, Cancellation);
        Assert.Equal([2], Read(line));
        Assert.Equal(1, _counters[Fault.Dropped]);
    }

    [Fact]
    public async Task A_changed_message_has_a_bad_digest_and_its_sender_keeps_the_good_one()
    {
        var good = new byte[ClientMessageWriter.MessageSize(10)];
        ClientMessageWriter.Write(
            good, new ClientMessageHeader(MessageType.InputStreamData, 0, MessageFlags.None, Guid.NewGuid(), 1, PayloadType.Output), new byte[10]);
        var line = Line(rates: new FaultRates { Corrupt = 1, Duplicate = 1 });
        await line.EnterAsync(good, isExempt: false, Cancellation);

        for (var copy = 0; copy < 2; copy++)
        {
            Assert.True(line.TryRead(out var bad));
            Assert.Equal(ClientMessageError.DigestMismatch, ClientMessageReader.Read(bad.Span, out _));
        }

        Assert.Equal(ClientMessageError.None, ClientMessageReader.Read(good, out _));
        Assert.Equal((1, 1), (_counters[Fault.Corrupted], _counters[Fault.Duplicated]));
    }

    [Fact]
    public async Task A_full_line_keeps_its_sender_waiting_until_something_arrives()
    {
        var line = Line(latency: 100);
        for (var i = 0; i < 64; i++)
        {
            await EnterAsync(line, (byte)i, size: 1024 * 1024);
        }

        var entering = EnterAsync(line, 64);
        Assert.False(entering.IsCompleted);
        _time.Advance(Milliseconds(100));
        Assert.True(line.TryRead(out _));
        await entering;
    }

    public void Dispose() => _line?.Dispose();

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);

    private static Task EnterAsync(ImpairedLine line, byte first, int size = 1)
    {
        var message = new byte[size];
        message[0] = first;
        return line.EnterAsync(message, isExempt: false, Cancellation).AsTask();
    }

    private static List<byte> Read(ImpairedLine line)
    {
        var messages = new List<byte>();
        while (line.TryRead(out var message))
        {
            messages.Add(message.Span[0]);
        }

        return messages;
    }

    private ImpairedLine Line(int latency = 0, double? bytesPerSecond = null, FaultRates? rates = null)
    {
        var plan = rates is null ? null : new FaultPlan(rates, seed: 1, session: 0, FaultDirection.Up, connection: 0);
        _line?.Dispose();
        return _line = new ImpairedLine(plan, new LineSchedule(Milliseconds(latency), bytesPerSecond), _counters, _time);
    }
}
