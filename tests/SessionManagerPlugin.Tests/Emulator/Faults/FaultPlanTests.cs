using SessionManagerPlugin.Emulator.Faults;

namespace SessionManagerPlugin.Tests.Emulator.Faults;

public sealed class FaultPlanTests
{
    private const int Count = 100_000;

    private static readonly FaultRates Rates = new()
    {
        Drop = 0.02,
        Duplicate = 0.03,
        Reorder = 0.05,
        Corrupt = 0.01,
        MinDelay = TimeSpan.FromMilliseconds(5),
        MaxDelay = TimeSpan.FromMilliseconds(15),
    };

    [Fact]
    public void The_same_seed_decides_the_same_in_whatever_order_it_is_asked()
    {
        var forwards = Fates(Plan(seed: 42));
        var plan = Plan(seed: 42);
        var backwards = Enumerable.Range(0, Count).Reverse().Select(number => plan.FateOf(number)).Reverse();

        Assert.Equal(forwards, backwards);
    }

    [Fact]
    public void Seed_session_direction_and_connection_each_decide_otherwise()
    {
        List<MessageFate[]> all =
        [
            Fates(Plan(1, 0, FaultDirection.Up, 0)),
            Fates(Plan(2, 0, FaultDirection.Up, 0)),
            Fates(Plan(1, 1, FaultDirection.Up, 0)),
            Fates(Plan(1, 0, FaultDirection.Down, 0)),
            Fates(Plan(1, 0, FaultDirection.Up, 1)),
        ];

        // Two independent streams lose 0.02 * 0.02 of their messages in common, which are 40.
        for (var i = 0; i < all.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                Assert.InRange(all[i].Zip(all[j]).Count(pair => pair.First.IsDropped && pair.Second.IsDropped), 10, 80);
            }
        }
    }

    [Fact]
    public void Rates_are_kept()
    {
        var fates = Fates(Plan(seed: 7));
        var arrived = fates.Where(fate => !fate.IsDropped).ToArray();

        AssertRate(Rates.Drop, fates, fate => fate.IsDropped);
        AssertRate(Rates.Duplicate, arrived, fate => fate.IsDuplicated);
        AssertRate(Rates.Reorder, arrived, fate => fate.HeldBehind > 0);
        AssertRate(Rates.Corrupt, arrived, fate => fate.Corruption is not null);
        Assert.Equal([0, 1, 2, 3], arrived.Select(fate => fate.HeldBehind).Distinct().Order());
        Assert.All(arrived, fate => Assert.InRange(fate.Delay, Rates.MinDelay, Rates.MaxDelay));
        Assert.InRange(arrived.Average(fate => fate.Delay.TotalMilliseconds), 9.9, 10.1);
    }

    [Fact]
    public void Rates_of_zero_touch_nothing_and_rates_of_one_everything()
    {
        Assert.All(Fates(Plan(new FaultRates())), fate => Assert.Equal(default, fate));
        Assert.All(Fates(Plan(new FaultRates { Drop = 1 })), fate => Assert.True(fate.IsDropped));
        Assert.All(Fates(Plan(new FaultRates { Duplicate = 1 })), fate => Assert.True(fate.IsDuplicated));
    }

    private static FaultPlan Plan(FaultRates rates) => new(rates, seed: 3, session: 0, FaultDirection.Up, connection: 0);

    private static FaultPlan Plan(ulong seed, long session = 0, FaultDirection direction = FaultDirection.Up, long connection = 0) =>
        new(Rates, seed, session, direction, connection);

    private static MessageFate[] Fates(FaultPlan plan) => [.. Enumerable.Range(0, Count).Select(number => plan.FateOf(number))];

    /// <summary>Within five standard deviations, which one seed in two million misses.</summary>
    private static void AssertRate(double rate, MessageFate[] fates, Func<MessageFate, bool> isHit)
    {
        var margin = 5 * Math.Sqrt(fates.Length * rate * (1 - rate));
        Assert.InRange(fates.Count(isHit), (fates.Length * rate) - margin, (fates.Length * rate) + margin);
    }
}
