using SessionManagerPlugin.Aws;
using SessionManagerPlugin.Aws.Endpoints;

namespace SessionManagerPlugin.Tests.Aws.Endpoints;

public class ServiceLocationTests
{
    private const string Gateway = "wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/s?role=publish_subscribe";

    [Theory]
    [InlineData("https://ssm.eu-west-1.amazonaws.com")]
    [InlineData("https://ssm-fips.us-east-1.amazonaws.com/")]
    [InlineData("https://ssm.eu-west-1.api.aws")]
    [InlineData("https://vpce-0a1b-2c3d.ssm.eu-west-1.vpce.amazonaws.com")]
    [InlineData("http://localhost:4566")]
    [InlineData("http://127.0.0.1:8080")]
    [InlineData("https://ssm.example.org/aws")]
    [InlineData("https://proxy-123.eu-west-1.elb.amazonaws.com")]
    public void The_callers_endpoint_is_used_when_it_can_be_the_api(string endpoint) =>
        Assert.Equal(new Uri(endpoint), ServiceLocation.EndpointOf(new Uri(endpoint)));

    [Theory]
    [InlineData(null)]
    [InlineData("https://ecs.us-east-1.amazonaws.com")]
    [InlineData("https://ecs-fips.us-east-1.amazonaws.com")]
    [InlineData("https://ecs.eu-west-1.api.aws")]
    [InlineData("https://vpce-0a1b-2c3d.ecs.eu-west-1.vpce.amazonaws.com")]
    [InlineData("https://ssmmessages.eu-west-1.amazonaws.com")]
    [InlineData("wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/s")]
    [InlineData("wss://gateway.example.org")]
    [InlineData("ws://127.0.0.1:8080")]
    public void Another_services_endpoint_means_the_regions_own(string? endpoint) =>
        Assert.Null(ServiceLocation.EndpointOf(endpoint is null ? null : new Uri(endpoint)));

    [Theory]
    [InlineData("us-east-2", "ap-south-1", "ap-south-2", Gateway, "us-east-2")]
    [InlineData(null, "ap-south-1", "ap-south-2", Gateway, "ap-south-1")]
    [InlineData("", "", "ap-south-2", Gateway, "ap-south-2")]
    [InlineData(null, null, null, Gateway, "eu-west-1")]
    [InlineData(null, null, null, "wss://vpce-0a-1b.ssmmessages.eu-west-2.vpce.amazonaws.com/v1", "eu-west-2")]
    [InlineData(null, null, null, "wss://ssmmessages.cn-north-1.amazonaws.com.cn/v1", "cn-north-1")]
    [InlineData(null, null, null, "wss://other.eu-west-1.amazonaws.com/v1", null)]
    [InlineData(null, null, null, "ws://127.0.0.1:8080/v1", null)]
    public void The_region_is_the_given_one_the_environments_or_the_gateways(
        string? given, string? region, string? defaultRegion, string streamUrl, string? expected)
    {
        var environment = TestEnvironment.With(("AWS_REGION", region ?? ""), ("AWS_DEFAULT_REGION", defaultRegion ?? ""));
        var options = new AwsOptions { Region = given, StreamUrl = new Uri(streamUrl) };

        Assert.Equal(expected, ServiceLocation.RegionOf(options, environment));
    }

    [Fact]
    public void An_endpoint_that_names_its_region_is_signed_for_that_one()
    {
        var endpoint = new Uri("https://ssm.us-west-2.amazonaws.com");
        var options = new AwsOptions { Endpoint = endpoint, StreamUrl = new Uri(Gateway) };

        var location = ServiceLocation.Find(options, TestEnvironment.With(("AWS_REGION", "ap-south-1")));

        Assert.Equal(new ServiceLocation("us-west-2", endpoint), location);
    }

    [Fact]
    public void An_endpoint_of_another_service_does_not_name_the_region()
    {
        var options = new AwsOptions
        {
            Region = "eu-west-1",
            Endpoint = new Uri("https://ecs.us-west-2.amazonaws.com"),
            StreamUrl = new Uri(Gateway),
        };

        Assert.Equal(new ServiceLocation("eu-west-1", null), ServiceLocation.Find(options, TestEnvironment.With()));
    }

    [Fact]
    public void Options_do_not_show_their_urls()
    {
        var options = new AwsOptions { Region = "eu-west-1", StreamUrl = new Uri("wss://gateway.test/?X-Amz-Signature=hidden") };

        Assert.DoesNotContain("hidden", options.ToString(), StringComparison.Ordinal);
    }
}
