using Amazon;
using SessionManagerPlugin.Aws.Credentials;
using SessionManagerPlugin.Aws.Endpoints;
using SessionManagerPlugin.Aws.SimpleSystemsManagement;
using SessionManagerPlugin.Core.Abstractions;

namespace SessionManagerPlugin.Aws;

/// <summary>Makes the SDK's client for a session: its credentials, region, endpoint and bounds.</summary>
internal sealed class ClientFactory(AwsOptions options, Func<string, string?> environment)
{
    /// <summary>A second attempt mends a wrong clock and a passing fault. More are the business of who calls.</summary>
    private const int MaxErrorRetry = 1;

    /// <summary>Makes a client.</summary>
    /// <exception cref="SessionApiException">There are no credentials, or no region.</exception>
    internal async Task<AmazonSimpleSystemsManagementClient> CreateAsync(CancellationToken cancellationToken)
    {
        var search = new CredentialSearch(options.Profile, environment);
        var credentials = await search.FindAsync(cancellationToken).ConfigureAwait(false);
        return new AmazonSimpleSystemsManagementClient(credentials, Configure(search));
    }

    private AmazonSimpleSystemsManagementConfig Configure(CredentialSearch search)
    {
        var location = ServiceLocation.Find(options, environment);
        var region = location.Region
            ?? search.Profiles().Find(search.ProfileName)?.Region?.SystemName
            ?? throw new SessionApiException("The session's region is not known: set AWS_REGION, such as eu-west-1.", isFinal: true);
        var config = new AmazonSimpleSystemsManagementConfig
        {
            Profile = new Profile(search.ProfileName),
            AuthenticationRegion = region,
            MaxErrorRetry = MaxErrorRetry,

            // Half of what the call has, so that a connection that has gone silent leaves time for a new one.
            Timeout = options.CallTimeout / 2,
            AllowAutoRedirect = false,
            DisableLogging = true,
        };

        if (location.Endpoint is null)
        {
            // AWS_ENDPOINT_URL_SSM, AWS_ENDPOINT_URL and the profile's endpoint_url go before it, as in every AWS tool.
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
            return config;
        }

        // The endpoint is what the caller's settings led to: FIPS and dual-stack are in its name already, and refused beside it.
        config.ServiceURL = location.Endpoint.AbsoluteUri;
        config.UseFIPSEndpoint = false;
        config.UseDualstackEndpoint = false;
        return config;
    }
}
