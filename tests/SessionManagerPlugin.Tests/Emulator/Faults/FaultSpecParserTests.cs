using SessionManagerPlugin.Emulator.Faults;

namespace SessionManagerPlugin.Tests.Emulator.Faults;

public sealed class FaultSpecParserTests
{
    [Fact]
    public void Everything_that_can_be_said_is_read()
    {
        var spec = Parse(
            "drop=0.02,duplicate=0.03,reorder=0.05,corrupt=0.001,delay=5-20,cut-every=1.5,cut-after=5000,close-every=60,refuse=2,"
            + "freeze-every=10:3,seed=18446744073709551615");

        var rates = new FaultRates
        {
            Drop = 0.02,
            Duplicate = 0.03,
            Reorder = 0.05,
            Corrupt = 0.001,
            MinDelay = TimeSpan.FromMilliseconds(5),
            MaxDelay = TimeSpan.FromMilliseconds(20),
        };
        Assert.Equal(
            new FaultSpec
            {
                Up = rates,
                Down = rates,
                CutEvery = TimeSpan.FromSeconds(1.5),
                CutAfter = 5000,
                CloseEvery = TimeSpan.FromMinutes(1),
                Refuse = 2,
                FreezeEvery = TimeSpan.FromSeconds(10),
                FreezeFor = TimeSpan.FromSeconds(3),
                Seed = ulong.MaxValue,
            },
            spec);
    }

    [Theory]
    [InlineData("up-drop=0.5,drop=0.1")]
    [InlineData("drop=0.1,up-drop=0.5")]
    [InlineData("up-drop=0.5,down-drop=0.1")]
    public void What_is_said_of_a_direction_counts_against_what_is_said_of_both(string text)
    {
        var spec = Parse(text);

        Assert.Equal((0.5, 0.1), (spec.Up.Drop, spec.Down.Drop));
    }

    [Theory]
    [InlineData("drop=0.000001,duplicate=1,seed=0")]
    [InlineData("up-drop=0.02,down-delay=1.5-20,delay=3,cut-every=0.05,seed=7")]
    [InlineData("cut-after=1,close-every=3600,refuse=3,freeze-every=0.5:0.25")]
    public void What_is_printed_can_be_given_again(string text)
    {
        var spec = Parse(text) with { Seed = 12 };

        Assert.Equal(spec, Parse(spec.ToString()));
    }

    [Theory]
    [InlineData("", "''")]
    [InlineData("drop=0.1,,", "''")]
    [InlineData("drop=0.1,lose=0.2", "'lose'")]
    [InlineData("up-cut-every=1", "'up-cut-every'")]
    [InlineData("drop", "'drop'")]
    [InlineData("drop=1.1", "'drop=1.1'")]
    [InlineData("drop=-1", "'drop=-1'")]
    [InlineData("drop=NaN", "'drop=NaN'")]
    [InlineData("delay=20-5", "'delay=20-5'")]
    [InlineData("delay=1-2-3", "'delay=1-2-3'")]
    [InlineData("delay=60001", "'delay=60001'")]
    [InlineData("cut-every=0", "'cut-every=0'")]
    [InlineData("cut-after=0", "'cut-after=0'")]
    [InlineData("freeze-every=3", "'freeze-every=3'")]
    [InlineData("refuse=x", "'refuse=x'")]
    [InlineData("seed=-1", "'seed=-1'")]
    public void A_wrong_part_is_named_with_the_names_that_are_known(string text, string part)
    {
        Assert.False(FaultSpecParser.TryParse(text, out _, out var error));

        Assert.StartsWith(part, error, StringComparison.Ordinal);
        Assert.Contains("known are [up-|down-]drop,", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_is_given_once()
    {
        Assert.False(FaultSpecParser.TryParse("drop=0.1,drop=0.1", out _, out var error));
        Assert.Equal("'drop' is given twice", error);
    }

    [Theory]
    [InlineData("20mbit", 2_500_000)]
    [InlineData("2MB/s", 2_000_000)]
    [InlineData("2MiB/s", 2_097_152)]
    [InlineData("1.5gbit", 187_500_000)]
    [InlineData("64kbit", 8_000)]
    public void Rates_are_read(string text, double bytesPerSecond)
    {
        Assert.True(Bandwidth.TryParse(text, out var read));
        Assert.Equal(bytesPerSecond, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("20")]
    [InlineData("mbit")]
    [InlineData("-1mbit")]
    [InlineData("1kbit")]
    [InlineData("1e9mbit")]
    public void Others_are_not(string text) => Assert.False(Bandwidth.TryParse(text, out _));

    private static FaultSpec Parse(string text)
    {
        Assert.True(FaultSpecParser.TryParse(text, out var spec, out var error), error);
        return spec;
    }
}
