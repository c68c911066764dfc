using SessionManagerPlugin.Protocol.Reliability;

namespace SessionManagerPlugin.Tests.Protocol.Reliability;

public class RoundTripEstimatorTests
{
    private readonly RoundTripEstimator _estimator = new();

    [Fact]
    public void Before_any_sample_the_first_message_waits_as_long_as_agents_do()
    {
        Assert.Equal(Milliseconds(100), _estimator.SmoothedRoundTripTime);
        Assert.Equal(Milliseconds(200), _estimator.RetransmissionTimeout);
    }

    [Fact]
    public void The_timeout_follows_the_samples_by_the_formula_of_the_public_client()
    {
        // variation = 0 + (|100 - 180| - 0) / 4 = 20; smoothed = 100 + (180 - 100) / 8 = 110; timeout = 110 + 4 * 20
        Sample(180, smoothed: 110, timeout: 190);

        // variation = 20 + (|110 - 30| - 20) / 4 = 35; smoothed = 110 + (30 - 110) / 8 = 100; timeout = 100 + 4 * 35
        Sample(30, smoothed: 100, timeout: 240);

        // variation = 35 + (|100 - 100| - 35) / 4 = 26.25; smoothed = 100; timeout = 100 + 4 * 26.25
        Sample(100, smoothed: 100, timeout: 205);
    }

    [Fact]
    public void On_a_steady_link_a_late_timer_is_not_taken_for_a_loss()
    {
        for (var i = 0; i < 1000; i++)
        {
            _estimator.AddSample(Milliseconds(20));
        }

        Assert.Equal(20, _estimator.SmoothedRoundTripTime.TotalMilliseconds, tolerance: 0.01);
        Assert.Equal(30, _estimator.RetransmissionTimeout.TotalMilliseconds, tolerance: 0.01);
    }

    [Fact]
    public void On_the_slowest_link_a_lost_key_is_sent_again_after_a_second()
    {
        for (var i = 0; i < 100; i++)
        {
            _estimator.AddSample(TimeSpan.FromSeconds(30));
            Assert.InRange(_estimator.RetransmissionTimeout, Milliseconds(200), RoundTripEstimator.MaxTimeout);
        }

        Assert.Equal(RoundTripEstimator.MaxTimeout, _estimator.RetransmissionTimeout);
    }

    [Fact]
    public void A_clock_that_jumps_does_not_break_the_timeout()
    {
        _estimator.AddSample(TimeSpan.MaxValue);
        Assert.Equal(RoundTripEstimator.MaxTimeout, _estimator.RetransmissionTimeout);

        _estimator.AddSample(TimeSpan.MinValue);
        Assert.InRange(_estimator.RetransmissionTimeout, TimeSpan.FromTicks(1), RoundTripEstimator.MaxTimeout);
    }

    [Fact]
    public void A_negative_sample_counts_as_none()
    {
        var other = new RoundTripEstimator();

        _estimator.AddSample(Milliseconds(-500));
        other.AddSample(TimeSpan.Zero);

        Assert.Equal(other.RetransmissionTimeout, _estimator.RetransmissionTimeout);
    }

    private static TimeSpan Milliseconds(double value) => TimeSpan.FromMilliseconds(value);

    private void Sample(double roundTrip, double smoothed, double timeout)
    {
        _estimator.AddSample(Milliseconds(roundTrip));
        Assert.Equal(Milliseconds(smoothed), _estimator.SmoothedRoundTripTime);
        Assert.Equal(Milliseconds(timeout), _estimator.RetransmissionTimeout);
    }
}
