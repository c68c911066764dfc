using SessionManagerPlugin.Aws.Credentials;
using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Aws.Credentials;

public class CredentialSearchTests
{
    private static readonly (string Name, string Value)[] Keys =
        [("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT"), ("AWS_SECRET_ACCESS_KEY", "hidden-secret")];

    [Fact]
    public async Task Keys_of_the_environment_are_taken() => Assert.Equal("AKIDENVIRONMENT", await FindAsync(null, TestEnvironment.With(Keys)));

    [Fact]
    public async Task A_profile_that_was_asked_for_goes_before_the_environment() =>
        Assert.Equal("AKIDPROFILE", await FindAsync(ProfileFile.Name, ProfileFile.Environment(ProfileFile.Keys, Keys)));

    [Fact]
    public async Task The_environments_profile_comes_after_its_keys_even_when_the_caller_passes_it_on()
    {
        (string, string)[] variables = [.. Keys, ("AWS_PROFILE", ProfileFile.Name)];

        Assert.Equal("AKIDENVIRONMENT", await FindAsync(null, ProfileFile.Environment(ProfileFile.Keys, variables)));
        Assert.Equal("AKIDENVIRONMENT", await FindAsync(ProfileFile.Name, ProfileFile.Environment(ProfileFile.Keys, variables)));
    }

    [Theory]
    [InlineData("AWS_PROFILE")]
    [InlineData("AWS_DEFAULT_PROFILE")]
    public async Task The_environments_profile_is_taken(string variable) =>
        Assert.Equal("AKIDPROFILE", await FindAsync("", ProfileFile.Environment(ProfileFile.Keys, (variable, ProfileFile.Name))));

    [Theory]
    [InlineData("role_arn = arn:aws:iam::123456789012:role/r\nsource_profile = default", "role_arn")]
    [InlineData("role_arn = arn:aws:iam::123456789012:role/r\nweb_identity_token_file = t", "role_arn")]
    [InlineData("sso_session = s\nsso_account_id = 123456789012\nsso_role_name = r", "sso_session")]
    [InlineData("sso_start_url = https://s.test\nsso_region = eu-west-1\nsso_account_id = 123456789012\nsso_role_name = r", "sso_session")]
    [InlineData("login_session = arn:aws:iam::123456789012:user/u", "login_session")]
    [InlineData("region = eu-west-1", "holds no credentials")]
    [InlineData("aws_access_key_id = AKIDPROFILE", "not complete")]
    public async Task A_profile_without_usable_credentials_is_named(string settings, string reason)
    {
        var failure = await Assert.ThrowsAsync<SessionApiException>(() => FindAsync(ProfileFile.Name, ProfileFile.Environment(settings)));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Contains(ProfileFile.Name, failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsFinal);
    }

    [Fact]
    public async Task A_profile_that_does_not_exist_is_named()
    {
        var failure = await Assert.ThrowsAsync<SessionApiException>(
            () => FindAsync("session-manager-plugin-none", ProfileFile.Environment(ProfileFile.Keys, Keys)));

        Assert.Contains("'session-manager-plugin-none' is in none of", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY is not")]
    [InlineData("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID is not")]
    public async Task Half_a_key_pair_is_said(string variable, string reason)
    {
        var failure = await Assert.ThrowsAsync<SessionApiException>(() => FindAsync(null, TestEnvironment.With((variable, "hidden"))));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_web_identity_is_not_supported_yet()
    {
        var failure = await Assert.ThrowsAsync<SessionApiException>(() => FindAsync(
            null, TestEnvironment.With(("AWS_WEB_IDENTITY_TOKEN_FILE", "t"), ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r"))));

        Assert.Contains("AWS_WEB_IDENTITY_TOKEN_FILE", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<string> FindAsync(string? profile, Func<string, string?> environment)
    {
        var credentials = await new CredentialSearch(profile, environment).FindAsync(TestContext.Current.CancellationToken).Soon();
        return (await credentials.GetCredentialsAsync()).AccessKey;
    }
}
