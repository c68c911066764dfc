using SessionManagerPlugin.Protocol.Reliability;

namespace SessionManagerPlugin.Tests.Protocol.Reliability;

public class ReorderBufferTests
{
    private readonly ReorderBuffer<long> _buffer = new(maxMessages: 4, maxBytes: 100);
    private readonly List<long> _delivered = [];

    [Fact]
    public void Messages_in_order_are_delivered_at_once()
    {
        for (var number = 0; number < 5; number++)
        {
            Assert.Equal(ReorderDecision.Deliver, Receive(number));
        }

        Assert.Equal([0, 1, 2, 3, 4], _delivered);
        Assert.Equal(0, _buffer.Count);
        Assert.Equal(5, _buffer.Expected);
    }

    [Fact]
    public void What_came_early_is_delivered_when_the_gap_closes()
    {
        Assert.Equal(ReorderDecision.Buffered, Receive(2));
        Assert.Equal(ReorderDecision.Buffered, Receive(1));
        Assert.Empty(_delivered);

        Assert.Equal(ReorderDecision.Deliver, Receive(0));

        Assert.Equal([0, 1, 2], _delivered);
        Assert.Equal(0, _buffer.Count);
    }

    [Fact]
    public void Delivery_stops_at_the_next_gap()
    {
        Receive(1);
        Receive(3);
        Receive(0);
        Assert.Equal([0, 1], _delivered);

        Receive(2);
        Assert.Equal([0, 1, 2, 3], _delivered);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void Nothing_is_delivered_twice(long number)
    {
        Receive(0);
        Receive(1);
        Receive(3);

        Assert.Equal(ReorderDecision.Duplicate, Receive(number));

        Assert.Equal([0, 1], _delivered);
        Assert.Equal(1, _buffer.Count);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(1_000_000)]
    [InlineData(long.MaxValue)]
    public void A_far_off_number_takes_no_room_from_the_messages_that_will_come(long number)
    {
        Assert.Equal(ReorderDecision.NoRoom, Receive(number));
        Assert.Equal(0, _buffer.Count);

        foreach (var early in (long[])[4, 3, 2, 1])
        {
            Assert.Equal(ReorderDecision.Buffered, Receive(early));
        }

        Receive(0);
        Assert.Equal([0, 1, 2, 3, 4], _delivered);
    }

    [Fact]
    public void A_flood_of_early_bytes_does_not_fill_the_memory()
    {
        Assert.Equal(ReorderDecision.Buffered, Receive(1, size: 60));
        Assert.Equal(ReorderDecision.NoRoom, Receive(2, size: 41));
        Assert.Equal(ReorderDecision.Buffered, Receive(2, size: 40));
        Assert.Equal(ReorderDecision.NoRoom, Receive(3, size: 1));
        Assert.Equal(ReorderDecision.Duplicate, Receive(2, size: 1000));

        Assert.Equal(ReorderDecision.Deliver, Receive(0, size: 1000));
        Assert.Equal([0, 1, 2], _delivered);
        Assert.Equal(ReorderDecision.Buffered, Receive(4, size: 100));
    }

    [Fact]
    public void A_buffer_without_places_still_delivers_what_comes_in_order()
    {
        var buffer = new ReorderBuffer<long>(maxMessages: 0, maxBytes: 0);

        Assert.Equal(ReorderDecision.Deliver, buffer.Decide(0, 1024));
        Assert.Equal(ReorderDecision.NoRoom, buffer.Decide(1, 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(5)]
    public void Keeping_what_was_not_to_be_kept_is_an_error(long number) =>
        Assert.Throws<InvalidOperationException>(() => _buffer.Add(number, number, size: 1));

    [Fact]
    public void Limits_that_are_negative_are_an_error()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReorderBuffer<long>(-1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReorderBuffer<long>(0, -1));
    }

    [Theory]
    [InlineData(1, 16, 1 << 20)]
    [InlineData(2, 16, 200)]
    [InlineData(3, 1, 1 << 20)]
    [InlineData(4, 1000, 1 << 20)]
    [InlineData(5, 0, 0)]
    public void Whatever_the_order_and_the_losses_everything_is_delivered_once_and_in_order(int seed, int maxMessages, int maxBytes)
    {
        const int total = 2000;
        var random = new Random(seed);
        var buffer = new ReorderBuffer<long>(maxMessages, maxBytes);
        var sizes = Enumerable.Range(0, total).Select(_ => random.Next(64)).ToArray();
        var delivered = new List<long>();
        var unacknowledged = new SortedSet<long>(Enumerable.Range(0, total).Select(number => (long)number));

        // A sender that sends again what was not acknowledged, over a link that mixes, repeats and loses.
        while (unacknowledged.Count > 0)
        {
            var sent = unacknowledged.Take(50).ToArray();
            random.Shuffle(sent);
            foreach (var number in sent)
            {
                if (random.Next(4) == 0)
                {
                    continue;
                }

                var copy = random.Next(4) == 0 ? random.NextInt64(-2, total + 100) : number;
                foreach (var received in (long[])[number, copy])
                {
                    var size = received is >= 0 and < total ? sizes[received] : 1;
                    if (received >= total)
                    {
                        continue;
                    }

                    var decision = Process(buffer, delivered, received, size);
                    if (decision != ReorderDecision.NoRoom && random.Next(4) != 0)
                    {
                        unacknowledged.Remove(received);
                    }

                    Assert.InRange(buffer.Count, 0, maxMessages);
                }
            }
        }

        Assert.Equal(Enumerable.Range(0, total).Select(number => (long)number), delivered);
        Assert.Equal(0, buffer.Count);
        Assert.Equal(total, buffer.Expected);
    }

    private static ReorderDecision Process(ReorderBuffer<long> buffer, List<long> delivered, long number, int size)
    {
        var decision = buffer.Decide(number, size);
        if (decision == ReorderDecision.Buffered)
        {
            buffer.Add(number, number, size);
        }
        else if (decision == ReorderDecision.Deliver)
        {
            delivered.Add(number);
            buffer.Advance();
            while (buffer.TryPeekNext(out var next))
            {
                delivered.Add(next);
                buffer.Advance();
            }
        }

        return decision;
    }

    private ReorderDecision Receive(long number, int size = 1) => Process(_buffer, _delivered, number, size);
}
