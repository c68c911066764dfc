using SessionManagerPlugin.Aws.Endpoints;

namespace SessionManagerPlugin.Tests.Aws.Endpoints;

public class AwsHostTests
{
    [Theory]
    [InlineData("ssm.eu-west-1.amazonaws.com", "ssm", "eu-west-1")]
    [InlineData("SSM.EU-West-1.amazonaws.com.", "ssm", "eu-west-1")]
    [InlineData("ssm-fips.us-east-1.amazonaws.com", "ssm", "us-east-1")]
    [InlineData("ssm.eu-west-1.api.aws", "ssm", "eu-west-1")]
    [InlineData("ssm-fips.us-gov-west-1.api.aws", "ssm", "us-gov-west-1")]
    [InlineData("ssmmessages.cn-north-1.amazonaws.com.cn", "ssmmessages", "cn-north-1")]
    [InlineData("ssmmessages.cn-north-1.api.amazonwebservices.com.cn", "ssmmessages", "cn-north-1")]
    [InlineData("ssmmessages-fips.us-east-2.amazonaws.com", "ssmmessages", "us-east-2")]
    [InlineData("ssmmessages.eusc-de-east-1.amazonaws.eu", "ssmmessages", "eusc-de-east-1")]
    [InlineData("ssm.us-isob-east-1.sc2s.sgov.gov", "ssm", "us-isob-east-1")]
    [InlineData("vpce-0a1b2c-9z8y7x.ssmmessages.ap-southeast-10.vpce.amazonaws.com", "ssmmessages", "ap-southeast-10")]
    [InlineData("vpce-0a1b2c-9z8y7x-us-east-1a.ssm.us-east-1.vpce.amazonaws.com", "ssm", "us-east-1")]
    [InlineData("ecs.us-east-1.amazonaws.com", "ecs", "us-east-1")]
    public void A_services_name_says_the_service_and_the_region(string host, string service, string region) =>
        Assert.Equal(new AwsHost(service, region), AwsHost.Parse(host));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("localhost")]
    [InlineData("ssm.example.org")]
    [InlineData("ssm.eu-west-1.amazonaws.com.example.org")]
    [InlineData("ssm.eu-west-1.notamazonaws.com")]
    [InlineData("amazonaws.com")]
    [InlineData(".eu-west-1.amazonaws.com")]
    [InlineData("ssm.amazonaws.com")]
    [InlineData("ssm.region.amazonaws.com")]
    [InlineData("ssm..amazonaws.com")]
    [InlineData("proxy-123.eu-west-1.elb.amazonaws.com")]
    [InlineData("proxy.elb.eu-west-1.amazonaws.com")]
    [InlineData("abc.execute-api.eu-west-1.amazonaws.com")]
    [InlineData("ec2-1-2-3-4.eu-west-1.compute.amazonaws.com")]
    [InlineData("other-0a.ssm.eu-west-1.vpce.amazonaws.com")]
    [InlineData("")]
    public void Other_names_say_nothing(string host) => Assert.Null(AwsHost.Parse(host));
}
