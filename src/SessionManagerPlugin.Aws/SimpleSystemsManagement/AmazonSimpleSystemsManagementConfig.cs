using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Util.Internal;
using SessionManagerPlugin.Aws.SimpleSystemsManagement.Internal;
using SessionManagerPlugin.Core;

namespace SessionManagerPlugin.Aws.SimpleSystemsManagement;

/// <summary>
/// The configuration of <see cref="AmazonSimpleSystemsManagementClient"/>. This folder stands in for the package
/// AWSSDK.SimpleSystemsManagement and has its names, so that the package can take its place.
/// </summary>
internal sealed class AmazonSimpleSystemsManagementConfig : ClientConfig
{
    /// <summary>A configuration with the SDK's defaults.</summary>
    public AmazonSimpleSystemsManagementConfig()
        : base(new StandardDefaults())
    {
        // The SDK makes the names of the environment variable AWS_ENDPOINT_URL_SSM and of the profile's section from it.
        ServiceId = "SSM";
        AuthenticationServiceName = "ssm";
        EndpointProvider = new AmazonSimpleSystemsManagementEndpointProvider();
    }

    /// <inheritdoc/>
    public override string RegionEndpointServiceName => "ssm";

    /// <inheritdoc/>
    public override string ServiceVersion => "2014-11-06";

    /// <inheritdoc/>
    public override string UserAgent { get; } = InternalSDKUtils.BuildUserAgentString("SSM", PluginVersion.Text);

    /// <inheritdoc/>
    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        throw new NotSupportedException();

    /// <summary>One set of defaults. The SDK's own provider can ask an instance's metadata to choose among several.</summary>
    private sealed class StandardDefaults : IDefaultConfigurationProvider
    {
        public IDefaultConfiguration GetDefaultConfiguration(
            Amazon.RegionEndpoint clientRegion, DefaultConfigurationMode? requestedConfigurationMode = null) =>
            new DefaultConfiguration { Name = DefaultConfigurationMode.Standard, RetryMode = RequestRetryMode.Standard };
    }
}
