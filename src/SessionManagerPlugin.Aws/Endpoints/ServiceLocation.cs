namespace SessionManagerPlugin.Aws.Endpoints;

/// <summary>Where the API of a session's region is. A function of the options and the environment, and nothing else.</summary>
/// <param name="Region">The region, which requests are signed for; null when nothing names one.</param>
/// <param name="Endpoint">The endpoint to call; null is the region's own.</param>
internal readonly record struct ServiceLocation(string? Region, Uri? Endpoint)
{
    private const string ApiService = "ssm";
    private const string GatewayService = "ssmmessages";

    /// <summary>Finds the location.</summary>
    /// <param name="options">What the caller gave.</param>
    /// <param name="environment">Gives an environment variable; null when it is not set.</param>
    internal static ServiceLocation Find(AwsOptions options, Func<string, string?> environment)
    {
        var endpoint = EndpointOf(options.Endpoint);

        // An endpoint that names its region takes no signature for another one.
        var region = endpoint is null ? null : AwsHost.Parse(endpoint.Host)?.Region;
        return new ServiceLocation(region ?? RegionOf(options, environment), endpoint);
    }

    /// <summary>
    /// The caller's endpoint, if it can be one of the API. The Go client is told the endpoint that its caller used, and some callers
    /// used another service's (aws ecs execute-command) or tell the StreamUrl (Packer).
    /// </summary>
    internal static Uri? EndpointOf(Uri? given)
    {
        if (given is null || given.Scheme is not ("http" or "https"))
        {
            return null;
        }

        return AwsHost.Parse(given.Host) is { } host && host.Service != ApiService ? null : given;
    }

    /// <summary>The region: as it was given, of the environment, or of the StreamUrl's host.</summary>
    internal static string? RegionOf(AwsOptions options, Func<string, string?> environment)
    {
        if (!string.IsNullOrEmpty(options.Region))
        {
            return options.Region;
        }

        foreach (var variable in (ReadOnlySpan<string>)["AWS_REGION", "AWS_DEFAULT_REGION"])
        {
            if (environment(variable) is { Length: > 0 } region)
            {
                return region;
            }
        }

        return AwsHost.Parse(options.StreamUrl.Host) is { Service: GatewayService } host ? host.Region : null;
    }
}
