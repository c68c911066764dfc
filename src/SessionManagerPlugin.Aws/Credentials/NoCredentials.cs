using SessionManagerPlugin.Core.Abstractions;

namespace SessionManagerPlugin.Aws.Credentials;

/// <summary>What is said when there are no credentials to sign a call with.</summary>
internal static class NoCredentials
{
    /// <summary>The failure, with its reason.</summary>
    internal static SessionApiException Because(string reason, Exception? cause = null) =>
        new($"There are no AWS credentials to call the Session Manager API with: {reason}.", isFinal: true, cause);
}
