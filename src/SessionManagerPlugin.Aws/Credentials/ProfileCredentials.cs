using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Core.Diagnostics;

namespace SessionManagerPlugin.Aws.Credentials;

/// <summary>The credentials of one profile in the shared files of the AWS tools.</summary>
internal sealed class ProfileCredentials
{
    private readonly SharedCredentialsFile _files;

    /// <summary>Reads the shared files.</summary>
    /// <param name="credentialsPath">The credentials file; null is the user's.</param>
    internal ProfileCredentials(string? credentialsPath) => _files = new SharedCredentialsFile(credentialsPath);

    /// <summary>A profile; null when no file has it.</summary>
    /// <exception cref="SessionApiException">It refers to a section that no file has.</exception>
    internal CredentialProfile? Find(string name)
    {
        try
        {
            return _files.TryGetProfile(name, out var profile) ? profile : null;
        }
        catch (AmazonClientException e)
        {
            throw NoCredentials.Because(
                $"the profile '{Printable.OneLine(name)}' cannot be read: {Printable.OneLine(e.Message).TrimEnd('.')}", e);
        }
    }

    /// <summary>The credentials of a profile that the user named.</summary>
    /// <exception cref="SessionApiException">There are none.</exception>
    internal AWSCredentials Get(string name) =>
        TryGet(Find(name) ?? throw NoCredentials.Because($"the profile '{Printable.OneLine(name)}' is in none of the AWS tools' files"))
        ?? throw NoCredentials.Because($"the profile '{Printable.OneLine(name)}' holds no credentials and names no source of them");

    /// <summary>A profile's credentials; null when it has nothing to do with credentials.</summary>
    /// <exception cref="SessionApiException">It names a source that is not supported, or half of a key pair.</exception>
    internal AWSCredentials? TryGet(CredentialProfile profile)
    {
        var options = profile.Options;
        if (UnsupportedSource(options) is { } source)
        {
            var name = Printable.OneLine(profile.Name);
            throw NoCredentials.Because(
                $"the profile '{name}' gets its credentials by {source}, which this version does not do yet; "
                + $"set them in the environment, as 'aws configure export-credentials --profile {name} --format env' prints them");
        }

        if (string.IsNullOrEmpty(options.AccessKey) && string.IsNullOrEmpty(options.CredentialProcess))
        {
            return null;
        }

        return AWSCredentialsFactory.TryGetAWSCredentials(profile, _files, out var credentials)
            ? credentials
            : throw NoCredentials.Because($"the credentials of the profile '{Printable.OneLine(profile.Name)}' are not complete");
    }

    private static string? UnsupportedSource(CredentialProfileOptions options)
    {
        if (!string.IsNullOrEmpty(options.RoleArn))
        {
            return "assuming a role (role_arn)";
        }

        if (!string.IsNullOrEmpty(options.SsoSession) || !string.IsNullOrEmpty(options.SsoStartUrl) || !string.IsNullOrEmpty(options.SsoAccountId))
        {
            return "IAM Identity Center (sso_session)";
        }

        return string.IsNullOrEmpty(options.LoginSession) ? null : "'aws login' (login_session)";
    }
}
