using SessionManagerPlugin.Protocol.Reliability;

namespace SessionManagerPlugin.Tests.Protocol.Reliability;

public class CongestionWindowTests
{
    private const long Max = 2 * 1024 * 1024;
    private const int Size = 1024;
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(80);

    private readonly CongestionWindow _window = new(Max);
    private TimeSpan _now = TimeSpan.FromHours(1);

    [Fact]
    public void A_fast_far_side_gets_the_whole_window_within_a_few_round_trips()
    {
        var trips = 0;
        while (_window.Bytes < Max)
        {
            AcknowledgeFlight(RoundTrip);
            trips++;
        }

        Assert.InRange(trips, 4, 6);
    }

    [Fact]
    public void It_never_grows_above_its_limit()
    {
        for (var i = 0; i < 100; i++)
        {
            AcknowledgeFlight(RoundTrip);
        }

        Assert.Equal(Max, _window.Bytes);
    }

    [Fact]
    public void A_window_that_nobody_fills_does_not_grow()
    {
        for (var i = 0; i < 1000; i++)
        {
            _now += RoundTrip;
            _window.OnAcknowledged(_now, RoundTrip, Size, isFull: false);
        }

        Assert.Equal(CongestionWindow.InitialBytes, _window.Bytes);
    }

    [Fact]
    public void Acknowledgements_that_come_later_and_later_shrink_it_round_trip_by_round_trip()
    {
        Grow();
        var before = _window.Bytes;

        AcknowledgeFlight(RoundTrip + TimeSpan.FromMilliseconds(300));
        AcknowledgeFlight(RoundTrip + TimeSpan.FromMilliseconds(300));
        var afterOne = _window.Bytes;
        AcknowledgeFlight(RoundTrip + TimeSpan.FromMilliseconds(300));

        Assert.InRange(afterOne, before * 0.8, before * 0.9);
        Assert.InRange(_window.Bytes, afterOne * 0.8, afterOne * 0.9);
    }

    [Fact]
    public void A_far_side_that_takes_a_megabyte_a_second_is_not_given_a_second_of_it_ahead()
    {
        // A queue of its own: the round trip is the way's, or what is in flight at the far side's pace.
        const double BytesPerSecond = 1_500_000;
        for (var i = 0; i < 500; i++)
        {
            var drain = TimeSpan.FromSeconds(_window.Bytes / BytesPerSecond);
            AcknowledgeFlight(drain > RoundTrip ? drain : RoundTrip);
        }

        var queue = (_window.Bytes / BytesPerSecond) - RoundTrip.TotalSeconds;
        Assert.InRange(queue, 0.02, 0.15);
    }

    [Fact]
    public void One_acknowledgement_that_was_held_up_does_not_shrink_it()
    {
        Grow();
        var before = _window.Bytes;
        for (var i = 0; i < 20; i++)
        {
            _window.OnAcknowledged(_now, RoundTrip + TimeSpan.FromMilliseconds(500), Size, isFull: true);
            AcknowledgeFlight(RoundTrip);
        }

        Assert.True(_window.Bytes >= before, $"{_window.Bytes} of {before}");
    }

    [Fact]
    public void A_window_that_was_shrunk_by_a_pause_is_back_within_seconds()
    {
        Grow();
        for (var i = 0; i < 10; i++)
        {
            AcknowledgeFlight(RoundTrip + TimeSpan.FromMilliseconds(500));
        }

        Assert.True(_window.Bytes < Max / 2);
        var began = _now;
        while (_window.Bytes < Max)
        {
            AcknowledgeFlight(RoundTrip);
        }

        Assert.InRange(_now - began, RoundTrip, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void It_grows_by_steps_and_no_longer_doubles_once_a_queue_was_seen()
    {
        AcknowledgeFlight(RoundTrip);
        AcknowledgeFlight(RoundTrip + TimeSpan.FromMilliseconds(60));
        var before = _window.Bytes;

        AcknowledgeFlight(RoundTrip + TimeSpan.FromMilliseconds(60));

        Assert.InRange(_window.Bytes - before, 10 * 1024, 20 * 1024);
    }

    [Fact]
    public void A_silent_far_side_halves_it_once_a_timeout_and_never_to_nothing()
    {
        Grow();
        var before = _window.Bytes;
        var timeout = TimeSpan.FromMilliseconds(200);

        _window.OnTimeout(_now, timeout);
        _window.OnTimeout(_now + TimeSpan.FromMilliseconds(1), timeout);
        Assert.Equal(before / 2, _window.Bytes);

        for (var i = 0; i < 100; i++)
        {
            _now += timeout;
            _window.OnTimeout(_now, timeout);
        }

        Assert.Equal(CongestionWindow.MinBytes, _window.Bytes);
    }

    [Fact]
    public void A_longer_way_is_learned_and_not_taken_for_a_queue_for_ever()
    {
        Grow();
        var longer = RoundTrip + TimeSpan.FromMilliseconds(400);
        for (var end = _now + TimeSpan.FromMinutes(3); _now < end;)
        {
            AcknowledgeFlight(longer);
        }

        Assert.True(_window.Bytes > 4 * CongestionWindow.MinBytes, $"{_window.Bytes} bytes on a way that is only longer");
    }

    [Fact]
    public void A_new_connection_starts_anew()
    {
        Grow();
        _window.Reset();

        AcknowledgeFlight(RoundTrip * 5);

        Assert.True(_window.Bytes >= CongestionWindow.InitialBytes, "the new way's length was taken for a queue");
    }

    private void Grow()
    {
        for (var i = 0; i < 4; i++)
        {
            AcknowledgeFlight(RoundTrip);
        }
    }

    /// <summary>A whole window's messages are acknowledged, one round trip later.</summary>
    private void AcknowledgeFlight(TimeSpan roundTrip)
    {
        _now += roundTrip;
        for (var left = _window.Bytes; left > 0; left -= Size)
        {
            _window.OnAcknowledged(_now, roundTrip, Size, isFull: true);
        }
    }
}
