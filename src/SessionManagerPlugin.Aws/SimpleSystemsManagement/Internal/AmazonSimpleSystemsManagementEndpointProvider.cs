using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal.Endpoints.StandardLibrary;

namespace SessionManagerPlugin.Aws.SimpleSystemsManagement.Internal;

/// <summary>Names the service's endpoint by AWS's published rules for it.</summary>
internal sealed class AmazonSimpleSystemsManagementEndpointProvider : IEndpointProvider
{
    /// <inheritdoc/>
    public Endpoint ResolveEndpoint(EndpointParameters parameters)
    {
        var wanted = (AmazonSimpleSystemsManagementEndpointParameters)parameters;
        if (!string.IsNullOrEmpty(wanted.Endpoint))
        {
            return wanted.UseFips || wanted.UseDualStack
                ? throw new AmazonClientException("FIPS or dual-stack endpoints and an endpoint URL exclude each other")
                : new Endpoint(wanted.Endpoint);
        }

        if (string.IsNullOrEmpty(wanted.Region))
        {
            throw new AmazonClientException("no region is set");
        }

        var partition = Fn.Partition(wanted.Region);
        if ((wanted.UseFips && !partition.supportsFIPS) || (wanted.UseDualStack && !partition.supportsDualStack))
        {
            throw new AmazonClientException($"region {wanted.Region} has no FIPS or dual-stack endpoint as it is asked for");
        }

        // GovCloud's regular endpoints are FIPS endpoints; only its dual-stack ones have the word in their name.
        var isNamedFips = wanted.UseFips && (wanted.UseDualStack || partition.name != "aws-us-gov");
        var suffix = wanted.UseDualStack ? partition.dualStackDnsSuffix : partition.dnsSuffix;
        return new Endpoint($"https://{(isNamedFips ? "ssm-fips" : "ssm")}.{wanted.Region}.{suffix}");
    }
}
