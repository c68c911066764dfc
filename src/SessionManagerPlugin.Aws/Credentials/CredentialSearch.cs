using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using SessionManagerPlugin.Core.Abstractions;

namespace SessionManagerPlugin.Aws.Credentials;

/// <summary>
/// Finds the credentials, in the order of the SDK's default chain: a profile that was asked for, environment, web identity, the
/// environment's or the default profile, container, instance. The chain's own walk would hide why a source failed, blocks for up to
/// 35 seconds and watches the shared files from then on; it is left with the last two.
/// </summary>
internal sealed class CredentialSearch
{
    /// <summary>How long a container or an instance may take. Its metadata service is on the same machine, or it is not there.</summary>
    private static readonly TimeSpan MetadataLimit = TimeSpan.FromSeconds(5);

    private readonly string? _profile;
    private readonly Func<string, string?> _environment;

    /// <summary>A search.</summary>
    /// <param name="profile">The profile that was given, if one was.</param>
    /// <param name="environment">Gives an environment variable; null when it is not set.</param>
    internal CredentialSearch(string? profile, Func<string, string?> environment)
    {
        _profile = string.IsNullOrEmpty(profile) ? null : profile;
        _environment = environment;
    }

    /// <summary>The profile to read settings from: the given one, the environment's, or the default one.</summary>
    internal string ProfileName => _profile ?? EnvironmentProfile ?? "default";

    private string? EnvironmentProfile => Variable("AWS_PROFILE") ?? Variable("AWS_DEFAULT_PROFILE");

    /// <summary>Finds the credentials. The shared files are read anew each time.</summary>
    /// <exception cref="SessionApiException">There are none.</exception>
    internal async Task<AWSCredentials> FindAsync(CancellationToken cancellationToken)
    {
        // AWS CLI passes its profile on, and that can be the environment's, which keys in the environment go before.
        if (_profile is not null && _profile != EnvironmentProfile)
        {
            return Profiles().Get(_profile);
        }

        if (FromEnvironment() is { } credentials)
        {
            return credentials;
        }

        if (Variable("AWS_WEB_IDENTITY_TOKEN_FILE") is not null && Variable("AWS_ROLE_ARN") is not null)
        {
            throw NoCredentials.Because(
                "AWS_WEB_IDENTITY_TOKEN_FILE asks for a web identity's role, which this version does not do yet; "
                + "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN");
        }

        var profiles = Profiles();
        if (EnvironmentProfile is { } name)
        {
            return profiles.Get(name);
        }

        return profiles.Find(ProfileName) is { } profile && profiles.TryGet(profile) is { } found
            ? found
            : await FromMetadataAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The shared files.</summary>
    internal ProfileCredentials Profiles() => new(Variable("AWS_SHARED_CREDENTIALS_FILE"));

    private AWSCredentials? FromEnvironment()
    {
        var token = Variable("AWS_SESSION_TOKEN");
        return (Variable("AWS_ACCESS_KEY_ID"), Variable("AWS_SECRET_ACCESS_KEY")) switch
        {
            (null, null) => null,
            ({ } id, { } secret) => token is null ? new BasicAWSCredentials(id, secret) : new SessionAWSCredentials(id, secret, token),
            (null, _) => throw NoCredentials.Because("AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not"),
            _ => throw NoCredentials.Because("AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not"),
        };
    }

    private static async Task<AWSCredentials> FromMetadataAsync(CancellationToken cancellationToken)
    {
        const string Advice = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile that has them";
        try
        {
            // It blocks the thread that calls it, whatever its name says.
            return await Task.Run(() => DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync(), cancellationToken)
                .WaitAsync(MetadataLimit, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AmazonClientException or TimeoutException)
        {
            throw NoCredentials.Because($"none are in the environment, the AWS tools' files or this machine's metadata; {Advice}", e);
        }
    }

    private string? Variable(string name) => _environment(name) is { Length: > 0 } value ? value : null;
}
