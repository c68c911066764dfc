using Amazon.Runtime;
using SessionManagerPlugin.Aws.SimpleSystemsManagement.Internal;

namespace SessionManagerPlugin.Tests.Aws.SimpleSystemsManagement;

public class EndpointProviderTests
{
    private readonly AmazonSimpleSystemsManagementEndpointProvider _provider = new();

    [Theory]
    [InlineData("eu-west-1", false, false, "https://ssm.eu-west-1.amazonaws.com")]
    [InlineData("xx-nowhere-7", false, false, "https://ssm.xx-nowhere-7.amazonaws.com")]
    [InlineData("cn-north-1", false, false, "https://ssm.cn-north-1.amazonaws.com.cn")]
    [InlineData("cn-north-1", false, true, "https://ssm.cn-north-1.api.amazonwebservices.com.cn")]
    [InlineData("eu-west-1", false, true, "https://ssm.eu-west-1.api.aws")]
    [InlineData("us-east-1", true, false, "https://ssm-fips.us-east-1.amazonaws.com")]
    [InlineData("us-east-1", true, true, "https://ssm-fips.us-east-1.api.aws")]
    [InlineData("us-gov-west-1", true, false, "https://ssm.us-gov-west-1.amazonaws.com")]
    [InlineData("us-gov-west-1", true, true, "https://ssm-fips.us-gov-west-1.api.aws")]
    [InlineData("us-iso-east-1", false, false, "https://ssm.us-iso-east-1.c2s.ic.gov")]
    public void A_region_has_its_own_endpoint(string region, bool isFips, bool isDualStack, string url) => Assert.Equal(
        url,
        _provider.ResolveEndpoint(new AmazonSimpleSystemsManagementEndpointParameters
        {
            Region = region,
            UseFips = isFips,
            UseDualStack = isDualStack,
        }).URL);

    [Fact]
    public void A_url_goes_before_the_region() => Assert.Equal(
        "http://127.0.0.1:1/",
        _provider.ResolveEndpoint(new AmazonSimpleSystemsManagementEndpointParameters
        {
            Endpoint = "http://127.0.0.1:1/",
            Region = "eu-west-1",
        }).URL);

    [Fact]
    public void What_contradicts_itself_is_refused()
    {
        Assert.Throws<AmazonClientException>(() => _provider.ResolveEndpoint(
            new AmazonSimpleSystemsManagementEndpointParameters { Endpoint = "http://127.0.0.1:1/", UseFips = true }));
        Assert.Throws<AmazonClientException>(() => _provider.ResolveEndpoint(new AmazonSimpleSystemsManagementEndpointParameters()));
    }
}
