using SessionManagerPlugin.Core.Options;

namespace SessionManagerPlugin.Tests.Core.Options;

public class ConnectAttemptsTests
{
    [Theory]
    [InlineData(0, 1, 100)]
    [InlineData(1, 1, 200)]
    [InlineData(0.5, 1, 150)]
    [InlineData(0, 2, 200)]
    [InlineData(1, 4, 1600)]
    [InlineData(1, 5, 3200)]
    [InlineData(1, 6, 5000)]
    [InlineData(0, 7, 5000)]
    public void Waits_double_from_a_first_one_by_chance_up_to_five_seconds(double chance, int attempt, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), ConnectAttempts.Default.DelayAfter(attempt, chance));

    [Theory]
    [InlineData(50)]
    [InlineData(1000)]
    [InlineData(int.MaxValue)]
    public void Attempts_without_end_wait_the_longest_wait_and_do_not_overflow(int attempt) =>
        Assert.Equal(TimeSpan.FromSeconds(5), ConnectAttempts.Default.DelayAfter(attempt, 1));

    [Fact]
    public void Five_attempts_are_made() => Assert.Equal(5, ConnectAttempts.Default.Count);
}
