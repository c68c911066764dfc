namespace SessionManagerPlugin.Aws;

/// <summary>What the caller knows of the account, the region and the API that a session belongs to.</summary>
public sealed record AwsOptions
{
    /// <summary>The region, when it was given.</summary>
    public string? Region { get; init; }

    /// <summary>The profile whose credentials to use, when it was given.</summary>
    public string? Profile { get; init; }

    /// <summary>The API endpoint that the caller used, when it was given. It need not be one of Systems Manager.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The gateway's address of the session, whose host can name the region.</summary>
    public required Uri StreamUrl { get; init; }

    /// <summary>
    /// How long one call may take, the search for credentials and the second attempt included. The service answers within a second;
    /// who waits for a session to come back should hear soon that the network is not there yet.
    /// </summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Names the options without their URLs, which can carry signatures.</summary>
    public override string ToString() => $"AwsOptions for region {Region ?? "(not given)"}, profile {Profile ?? "(not given)"}";
}
