namespace SessionManagerPlugin.Tests.Fuzz;

/// <summary>Whatever the network does, a user loses no key and no character, sees none twice and none in the wrong place.</summary>
public class DataChannelScheduleTests(ITestOutputHelper output)
{
    [Fact]
    public Task Whatever_happens_to_its_connections_every_byte_arrives_once_and_in_order() =>
        FuzzRun.RunAsync(seed => new ChannelSchedule(seed).RunAsync(), "SSM_FUZZ_SCHEDULES", 10_000, output);
}
