using SessionManagerPlugin.Protocol.Reliability;

namespace SessionManagerPlugin.Tests.Protocol.Reliability;

public class SendWindowTests
{
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    private readonly SendWindow<string> _window = new(maxMessages: 8, maxBytes: 100, GiveUpAfter);

    // Time stamps come from a counter that started some time ago.
    private TimeSpan _now = TimeSpan.FromHours(1);

    [Fact]
    public void Messages_are_numbered_from_zero_and_sent_in_order()
    {
        Assert.Equal(0, _window.NextSequenceNumber);
        Add("a");
        Add("b");
        Assert.Equal(2, _window.NextSequenceNumber);

        Assert.Equal(["a", "b"], SendAll());
        Assert.Empty(SendAll());
        Assert.Equal(2, _window.Count);
    }

    [Fact]
    public void A_source_is_not_read_while_there_are_too_many_messages()
    {
        for (var i = 0; i < 8; i++)
        {
            Assert.True(_window.HasRoom(1));
            Add("x");
        }

        Assert.False(_window.HasRoom(0));
        Assert.Throws<InvalidOperationException>(() => _window.Add("y", 1));

        SendAll();
        Acknowledge(0);
        Assert.True(_window.HasRoom(1));
    }

    [Fact]
    public void A_source_is_not_read_while_there_are_too_many_bytes()
    {
        _window.Add("a", 60);
        Assert.True(_window.HasRoom(40));
        Assert.False(_window.HasRoom(41));
        Assert.False(_window.HasRoom(int.MaxValue));

        SendAll();
        Acknowledge(0);
        Assert.True(_window.HasRoom(100));
    }

    [Fact]
    public void A_message_larger_than_the_window_is_sent_alone_and_not_stuck_for_ever()
    {
        Assert.True(_window.HasRoom(1000));
        _window.Add("large", 1000);
        Assert.False(_window.HasRoom(0));

        Assert.Equal(["large"], SendAll());
        Acknowledge(0);
        Assert.True(_window.HasRoom(1000));
    }

    [Fact]
    public void An_acknowledgement_hands_the_message_back()
    {
        Add("a");
        SendAll();

        Assert.True(_window.Acknowledge(0, _now, out var message));
        Assert.Equal("a", message);
        Assert.True(_window.IsEmpty);
    }

    [Fact]
    public void Bytes_acknowledged_out_of_order_are_room_and_their_places_are_not()
    {
        for (var i = 0; i < 8; i++)
        {
            _window.Add("x", 10);
        }

        SendAll();
        for (var number = 7; number > 0; number--)
        {
            Acknowledge(number);
            Assert.Equal(8, _window.Count);
        }

        Assert.False(_window.HasRoom(1));
        Acknowledge(0);
        Assert.True(_window.IsEmpty);
        Assert.Null(_window.NextDue());
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(0)] // acknowledged before
    [InlineData(1)] // acknowledged before, out of order
    [InlineData(3)] // not sent yet
    [InlineData(4)] // no such message
    [InlineData(long.MaxValue)]
    public void An_acknowledgement_of_nothing_in_flight_changes_nothing(long number)
    {
        foreach (var message in (string[])["a", "b", "c"])
        {
            Add(message);
        }

        SendAll();
        Add("not sent");
        Acknowledge(0);
        Acknowledge(1);

        Assert.False(_window.Acknowledge(number, _now, out var none));

        Assert.Null(none);
        Assert.Equal(2, _window.Count);
        Assert.Equal(["not sent"], SendAll());
    }

    [Fact]
    public void A_lost_message_is_sent_again_when_it_is_due_and_not_before()
    {
        Add("a");
        SendAll();
        Assert.Equal(_now + RoundTripEstimator.InitialTimeout, _window.NextDue());

        _now += RoundTripEstimator.InitialTimeout - Tick;
        Assert.Empty(ResendAll());
        _now += Tick;
        Assert.Equal([0], ResendAll());
        Assert.Empty(ResendAll());
    }

    [Fact]
    public void A_slow_link_is_asked_less_and_less_often_but_at_least_every_second()
    {
        Add("a");
        SendAll();

        foreach (var wait in (int[])[200, 400, 800, 1000, 1000, 1000])
        {
            Assert.Equal(_now + TimeSpan.FromMilliseconds(wait), _window.NextDue());
            _now += TimeSpan.FromMilliseconds(wait);
            Assert.Equal([0], ResendAll());
        }
    }

    [Fact]
    public void A_burst_that_was_lost_comes_back_in_one_pass_and_not_one_message_a_tick()
    {
        for (var i = 0; i < 8; i++)
        {
            Add("x");
        }

        SendAll();
        Acknowledge(3);

        _now += RoundTripEstimator.MaxTimeout;
        Assert.Equal([0, 1, 2, 4, 5, 6, 7], ResendAll());
    }

    [Fact]
    public void Only_what_is_overdue_is_sent_again()
    {
        Add("a");
        SendAll();
        _now += TimeSpan.FromMilliseconds(150);
        Add("b");
        SendAll();

        _now += TimeSpan.FromMilliseconds(50);
        Assert.Equal([0], ResendAll());
        Assert.Equal(_now + TimeSpan.FromMilliseconds(150), _window.NextDue());
        _now += TimeSpan.FromMilliseconds(150);
        Assert.Equal([1], ResendAll());
    }

    [Fact]
    public void A_message_acknowledged_in_the_middle_of_a_pass_is_not_sent_again()
    {
        for (var i = 0; i < 4; i++)
        {
            Add("x");
        }

        SendAll();
        _now += RoundTripEstimator.MaxTimeout;

        Assert.True(_window.TryResendNext(_now, out _, out var first));
        Assert.Equal(0, first);
        foreach (var number in (long[])[0, 1, 2])
        {
            Acknowledge(number);
        }

        // Nor is the next, while acknowledgements come.
        Assert.Empty(ResendAll());
        _now += RoundTripEstimator.MaxTimeout;
        Assert.Equal([3], ResendAll());
    }

    [Fact]
    public void Nothing_is_due_while_nothing_is_in_flight()
    {
        Assert.Null(_window.NextDue());
        Add("a");
        Assert.Null(_window.NextDue());
        Assert.Empty(ResendAll());

        SendAll();
        Assert.NotNull(_window.NextDue());
        Acknowledge(0);
        Assert.Null(_window.NextDue());
    }

    [Fact]
    public void An_acknowledgement_of_a_message_sent_once_is_a_measured_round_trip()
    {
        Add("a");
        SendAll();
        _now += TimeSpan.FromMilliseconds(180);
        Acknowledge(0);

        Assert.Equal(TimeSpan.FromMilliseconds(190), _window.RoundTrip.RetransmissionTimeout);
    }

    [Fact]
    public void An_acknowledgement_of_a_message_sent_twice_measures_nothing_and_the_wait_stays_longer()
    {
        Add("a");
        SendAll();
        _now += RoundTripEstimator.InitialTimeout;
        ResendAll();
        _now += TimeSpan.FromMilliseconds(80);
        Acknowledge(0);

        Assert.Equal(RoundTripEstimator.InitialTimeout * 2, _window.RoundTrip.RetransmissionTimeout);
        Assert.Equal(RoundTripEstimator.InitialRoundTripTime, _window.RoundTrip.SmoothedRoundTripTime);
    }

    [Fact]
    public void An_acknowledgement_right_behind_the_second_transmission_answers_the_first_and_is_measured()
    {
        Add("a");
        SendAll();
        _now += RoundTripEstimator.InitialTimeout;
        ResendAll();
        _now += TimeSpan.FromMilliseconds(10);
        Acknowledge(0);

        Assert.True(_window.RoundTrip.SmoothedRoundTripTime > RoundTripEstimator.InitialRoundTripTime);
    }

    [Theory]
    [InlineData(210)]
    [InlineData(300)]
    [InlineData(600)]
    public void A_way_that_is_longer_than_the_first_timeout_is_learned_and_not_answered_with_copies_for_ever(int milliseconds)
    {
        var window = new SendWindow<int>(maxMessages: 4096, maxBytes: 3 * 1024 * 1024, GiveUpAfter);
        var onTheWay = new Queue<(TimeSpan Arrives, long Number)>();
        int sent = 0, copies = 0, delivered = 0;
        var end = _now + TimeSpan.FromSeconds(30);
        for (; _now < end; _now += TimeSpan.FromMilliseconds(1))
        {
            while (onTheWay.TryPeek(out var first) && first.Arrives <= _now)
            {
                onTheWay.Dequeue();
                delivered += window.Acknowledge(first.Number, _now, out _) ? 1 : 0;
            }

            while (window.HasRoom(1144))
            {
                window.Add((int)window.NextSequenceNumber, 1144);
            }

            while (window.TryResendNext(_now, out _, out var number))
            {
                copies++;
                onTheWay.Enqueue((_now + TimeSpan.FromMilliseconds(milliseconds), number));
            }

            while (window.TrySendNext(_now, out var number))
            {
                sent++;
                onTheWay.Enqueue((_now + TimeSpan.FromMilliseconds(milliseconds), number));
            }
        }

        Assert.True(copies < sent / 50, $"{copies} copies of {sent} messages");
        Assert.True(delivered * 1024L / 30 > 1024 * 1024, $"only {delivered / 30} KiB/s");
    }

    [Fact]
    public void An_agent_that_acknowledges_nothing_for_five_minutes_is_gone()
    {
        Assert.False(_window.HasGivenUp(_now + GiveUpAfter));
        Add("not sent");
        Assert.False(_window.HasGivenUp(_now + GiveUpAfter));

        SendAll();
        var firstSent = _now;
        while (_now + RoundTripEstimator.MaxTimeout < firstSent + GiveUpAfter)
        {
            _now = _window.NextDue()!.Value;
            Assert.Equal([0], ResendAll());
        }

        Assert.False(_window.HasGivenUp(firstSent + GiveUpAfter - Tick));
        Assert.True(_window.HasGivenUp(firstSent + GiveUpAfter));
        Acknowledge(0);
        Assert.False(_window.HasGivenUp(firstSent + GiveUpAfter));
    }

    [Fact]
    public void On_a_new_connection_everything_unacknowledged_is_sent_again_at_once_and_in_order()
    {
        for (var i = 0; i < 5; i++)
        {
            Add($"{i}");
        }

        SendAll();
        Add("not sent");
        Acknowledge(2);

        _window.Rewind(_now);

        Assert.Equal(_now, _window.NextDue());
        Assert.Equal([0, 1, 3, 4], ResendAll());
        Assert.Equal(["not sent"], SendAll());
    }

    [Fact]
    public void A_connection_lost_in_the_middle_of_a_pass_loses_no_message()
    {
        for (var i = 0; i < 4; i++)
        {
            Add("x");
        }

        SendAll();
        _now += RoundTripEstimator.MaxTimeout;
        Assert.True(_window.TryResendNext(_now, out _, out _));
        Assert.True(_window.TryResendNext(_now, out _, out _));

        _window.Rewind(_now);

        Assert.Equal([0, 1, 2, 3], ResendAll());
    }

    [Fact]
    public void A_tunnel_that_slept_for_an_hour_is_not_given_up_on_its_new_connection()
    {
        Add("a");
        SendAll();
        _now += TimeSpan.FromHours(1);

        _window.Rewind(_now);

        Assert.Equal([0], ResendAll());
        Assert.False(_window.HasGivenUp(_now));
        Assert.False(_window.HasGivenUp(_now + GiveUpAfter - Tick));
        Assert.True(_window.HasGivenUp(_now + GiveUpAfter));
    }

    [Fact]
    public void Every_buffer_comes_back_when_the_channel_is_over()
    {
        foreach (var message in (string[])["a", "b", "c", "d"])
        {
            Add(message);
        }

        Assert.True(_window.TrySendNext(_now, out _));
        Assert.True(_window.TrySendNext(_now, out _));
        Assert.True(_window.TrySendNext(_now, out _));
        Acknowledge(1);

        var removed = new List<string>();
        while (_window.TryRemoveFirst(out var message))
        {
            removed.Add(message);
        }

        Assert.Equal(["a", "c", "d"], removed);
        Assert.True(_window.IsEmpty);
        Assert.Null(_window.NextDue());
        Assert.False(_window.HasGivenUp(_now + GiveUpAfter));
        Assert.Empty(SendAll());
        Assert.Empty(ResendAll());
        Assert.True(_window.HasRoom(100));
    }

    [Fact]
    public void A_window_of_few_places_carries_any_number_of_messages()
    {
        const int total = 50_000;
        for (var number = 0L; number < total; number++)
        {
            Add($"{number}");
            Assert.Equal([$"{number}"], SendAll());
            if (_window.Count == 8)
            {
                // The first is acknowledged last, so that the ring is used to its end every time.
                for (var acknowledged = number; acknowledged > number - 8; acknowledged--)
                {
                    Assert.True(_window.Acknowledge(acknowledged, _now, out var message));
                    Assert.Equal($"{acknowledged}", message);
                }
            }
        }

        Assert.Equal(total, _window.NextSequenceNumber);
        Assert.True(_window.IsEmpty);
    }

    [Fact]
    public void Places_are_rounded_up_and_never_down()
    {
        var window = new SendWindow<string>(maxMessages: 5, maxBytes: 1000, GiveUpAfter);
        for (var i = 0; i < 5; i++)
        {
            Assert.True(window.HasRoom(1));
            window.Add("x", 1);
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(1, 0)]
    [InlineData(1, -1)]
    public void A_window_without_room_is_an_error(int maxMessages, long maxBytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SendWindow<string>(maxMessages, maxBytes, GiveUpAfter));

    private void Add(string message) => _window.Add(message, size: 1);

    private void Acknowledge(long number) => Assert.True(_window.Acknowledge(number, _now, out _));

    private List<string> SendAll()
    {
        var sent = new List<string>();
        while (_window.TrySendNext(_now, out var message))
        {
            sent.Add(message);
        }

        return sent;
    }

    private List<long> ResendAll()
    {
        var resent = new List<long>();
        while (_window.TryResendNext(_now, out _, out var number))
        {
            resent.Add(number);
        }

        return resent;
    }
}
