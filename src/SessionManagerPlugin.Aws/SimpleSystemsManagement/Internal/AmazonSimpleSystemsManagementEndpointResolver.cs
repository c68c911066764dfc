using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;

namespace SessionManagerPlugin.Aws.SimpleSystemsManagement.Internal;

/// <summary>Takes from the configuration what the endpoint provider decides by.</summary>
internal sealed class AmazonSimpleSystemsManagementEndpointResolver : BaseEndpointResolver
{
    /// <inheritdoc/>
    protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext)
    {
        var config = requestContext.ClientConfig;
        return new AmazonSimpleSystemsManagementEndpointParameters
        {
            // Asking for ServiceURL first: that is what makes the SDK look into the environment and the profile.
            Endpoint = config.ServiceURL,
            Region = config.RegionEndpoint?.SystemName ?? config.AuthenticationRegion,
            UseDualStack = config.UseDualstackEndpoint,
            UseFips = config.UseFIPSEndpoint,
        };
    }
}
