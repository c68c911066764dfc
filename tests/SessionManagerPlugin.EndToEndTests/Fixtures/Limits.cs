namespace SessionManagerPlugin.EndToEndTests.Fixtures;

/// <summary>How long the tests wait. A wait ends as soon as what it waits for is there: only a failing test takes so long.</summary>
internal static class Limits
{
    /// <summary>For anything that should happen at once. AWS CLI takes seconds to start on a busy machine.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);

    /// <summary>For megabytes to come through.</summary>
    public static readonly TimeSpan Transfer = TimeSpan.FromSeconds(90);

    /// <summary>Between two looks at what gives no signal when it changes.</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
}
