using Amazon.Runtime.Endpoints;

namespace SessionManagerPlugin.Aws.SimpleSystemsManagement.Internal;

/// <summary>What the endpoint provider decides by.</summary>
internal sealed class AmazonSimpleSystemsManagementEndpointParameters : EndpointParameters
{
    /// <summary>A URL that goes before everything else.</summary>
    internal string? Endpoint { get; init; }

    /// <summary>The region.</summary>
    internal string? Region { get; init; }

    /// <summary>Whether the endpoint should have an IPv6 address too.</summary>
    internal bool UseDualStack { get; init; }

    /// <summary>Whether the endpoint should be one for FIPS 140.</summary>
    internal bool UseFips { get; init; }
}
