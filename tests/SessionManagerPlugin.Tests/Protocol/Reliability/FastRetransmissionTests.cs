using SessionManagerPlugin.Protocol.Reliability;

namespace SessionManagerPlugin.Tests.Protocol.Reliability;

/// <summary>What was overtaken comes back after a round trip, not after a timeout.</summary>
public class FastRetransmissionTests
{
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(1);

    private readonly SendWindow<long> _window = new(maxMessages: 1024, maxBytes: 1024 * 1024, TimeSpan.FromMinutes(5));
    private TimeSpan _now = TimeSpan.FromHours(1);

    [Fact]
    public void A_lost_message_is_sent_again_when_a_later_one_is_acknowledged()
    {
        SendSpaced(40);
        _now += RoundTrip - (40 * Spacing);

        AcknowledgeSpaced(1..40);

        Assert.Equal([0], Resend());
    }

    [Fact]
    public void A_lost_burst_comes_back_in_one_round_trip()
    {
        SendSpaced(60);
        _now += RoundTrip - (60 * Spacing);

        AcknowledgeSpaced(0..10);
        AcknowledgeSpaced(30..60);

        Assert.Equal(Enumerable.Range(10, 20).Select(static n => (long)n), Resend());
    }

    [Fact]
    public void Neighbours_that_swap_places_are_not_taken_for_lost()
    {
        SendSpaced(10);
        _now += RoundTrip - (10 * Spacing);

        foreach (var number in (ReadOnlySpan<long>)[1, 0, 3, 2, 5, 4, 7, 6, 9])
        {
            Acknowledge(number);
            Assert.Empty(Resend());
        }
    }

    [Fact]
    public void What_was_just_sent_again_is_not_sent_again_for_what_had_overtaken_it_before()
    {
        SendSpaced(40);
        _now += RoundTrip - (40 * Spacing);
        AcknowledgeSpaced(1..30);
        Assert.Equal([0], Resend());

        // Sent before the second transmission: they say nothing of it.
        AcknowledgeSpaced(30..40);

        Assert.Empty(Resend());
    }

    [Fact]
    public void A_message_that_is_lost_twice_comes_back_when_what_was_sent_after_it_is_acknowledged()
    {
        SendSpaced(40);
        _now += RoundTrip - (40 * Spacing);
        AcknowledgeSpaced(1..40);
        Assert.Equal([0], Resend());
        SendSpaced(40);

        _now += RoundTrip - (40 * Spacing);
        AcknowledgeSpaced(60..80);

        Assert.Contains(0, Resend());
    }

    [Fact]
    public void Nothing_is_overtaken_on_a_new_connection()
    {
        SendSpaced(40);
        AcknowledgeSpaced(20..40);
        Resend();
        _window.Rewind(_now);
        var again = Resend();
        Assert.Equal(Enumerable.Range(0, 20).Select(static n => (long)n), again);

        _now += Spacing;
        Acknowledge(5);

        Assert.Empty(Resend());
    }

    private void SendSpaced(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _window.Add(_window.NextSequenceNumber, 100);
            Assert.True(_window.TrySendNext(_now, out _));
            _now += Spacing;
        }
    }

    private void AcknowledgeSpaced(Range numbers)
    {
        for (var number = numbers.Start.Value; number < numbers.End.Value; number++)
        {
            _now += Spacing;
            Acknowledge(number);
        }
    }

    private void Acknowledge(long number) => Assert.True(_window.Acknowledge(number, _now, out _));

    private List<long> Resend()
    {
        var numbers = new List<long>();
        while (_window.TryResendNext(_now, out _, out var number))
        {
            numbers.Add(number);
        }

        return numbers;
    }
}
