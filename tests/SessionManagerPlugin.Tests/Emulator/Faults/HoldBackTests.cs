using SessionManagerPlugin.Emulator.Faults;

namespace SessionManagerPlugin.Tests.Emulator.Faults;

public sealed class HoldBackTests
{
    [Fact]
    public void A_message_goes_on_behind_as_many_as_it_is_told()
    {
        Assert.Equal([1, 0, 2], Pass(1, 0, 0));
        Assert.Equal([1, 2, 3, 0, 4], Pass(3, 0, 0, 0, 0));
        Assert.Equal([1, 2, 3, 0], Pass(3, 0, 0, 0));
    }

    [Fact]
    public void Whoever_is_still_held_is_released_in_order_and_nothing_is_lost()
    {
        Assert.Equal([2, 0, 1], Pass(3, 3, 0));

        var plan = new FaultPlan(new FaultRates { Reorder = 0.5 }, seed: 5, session: 0, FaultDirection.Up, connection: 0);
        var passed = Pass([.. Enumerable.Range(0, 1000).Select(number => plan.FateOf(number).HeldBehind)]);

        Assert.NotEqual(Enumerable.Range(0, 1000), passed);
        Assert.Equal(Enumerable.Range(0, 1000), passed.Order());
    }

    [Fact]
    public void No_more_than_a_few_are_held_even_when_each_one_is()
    {
        var held = new HoldBack<int>();
        var passed = new List<int>();
        for (var i = 0; i < 1000; i++)
        {
            held.Add(i, behind: 3, passed);
            Assert.InRange(i + 1 - passed.Count, 1, 3);
        }
    }

    private static List<int> Pass(params int[] behind)
    {
        var held = new HoldBack<int>();
        var passed = new List<int>();
        for (var i = 0; i < behind.Length; i++)
        {
            held.Add(i, behind[i], passed);
        }

        held.Release(passed);
        Assert.True(held.IsEmpty);
        return passed;
    }
}
