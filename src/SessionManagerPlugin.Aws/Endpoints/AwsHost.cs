namespace SessionManagerPlugin.Aws.Endpoints;

/// <summary>
/// What the name of one of AWS's own endpoints says:
/// <code>
///   ssm.eu-west-1.amazonaws.com                                service.region.suffix
///   ssm-fips.us-gov-west-1.api.aws                             service-fips.region.suffix
///   vpce-0a1b-2c3d.ssm.eu-west-1.vpce.amazonaws.com            endpoint.service.region.vpce.suffix
/// </code>
/// </summary>
/// <param name="Service">The service's prefix, such as <c>ssm</c>, without <c>-fips</c>.</param>
/// <param name="Region">The region.</param>
internal readonly record struct AwsHost(string Service, string Region)
{
    private const string FipsEnding = "-fips";

    // Of all partitions, as the SDK lists them; dual-stack names have suffixes of their own.
    private static readonly string[] Suffixes =
    [
        ".amazonaws.com", ".api.aws",
        ".amazonaws.com.cn", ".api.amazonwebservices.com.cn",
        ".amazonaws.eu", ".api.amazonwebservices.eu",
        ".c2s.ic.gov", ".api.aws.ic.gov",
        ".sc2s.sgov.gov", ".api.aws.scloud",
        ".cloud.adc-e.uk", ".api.cloud-aws.adc-e.uk",
        ".csp.hci.ic.gov", ".api.aws.hci.ic.gov",
    ];

    /// <summary>
    /// Reads a host name; null when it is not one of a service: somebody's own name, an address, or a name that AWS gives to things of
    /// its customers, such as a load balancer's.
    /// </summary>
    internal static AwsHost? Parse(string host)
    {
        var name = host.TrimEnd('.').ToLowerInvariant();
        foreach (var suffix in Suffixes)
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal))
            {
                return Read(name[..^suffix.Length].Split('.'));
            }
        }

        return null;
    }

    private static AwsHost? Read(string[] labels) => labels switch
    {
        [{ Length: > 0 } service, var region] when IsRegion(region) => Make(service, region),
        [var endpoint, { Length: > 0 } service, var region, "vpce"]
            when endpoint.StartsWith("vpce-", StringComparison.Ordinal) && IsRegion(region) => Make(service, region),
        _ => null,
    };

    private static AwsHost Make(string service, string region) =>
        new(service.EndsWith(FipsEnding, StringComparison.Ordinal) ? service[..^FipsEnding.Length] : service, region);

    // eu-west-1, us-gov-east-1, us-isob-east-1: two hyphens or more, and a number at the end.
    private static bool IsRegion(string label) =>
        label.Count(static c => c == '-') >= 2
        && char.IsAsciiDigit(label[^1])
        && label.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
