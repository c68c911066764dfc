using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;

namespace SessionManagerPlugin.Aws.SimpleSystemsManagement.Internal;

/// <summary>Every request is signed with Signature Version 4.</summary>
internal sealed class AmazonSimpleSystemsManagementAuthSchemeHandler : BaseAuthResolverHandler
{
    /// <inheritdoc/>
    protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) => AuthSchemeOption.DEFAULT_SIGV4;
}
