using Amazon.Runtime;
using SessionManagerPlugin.Aws.SimpleSystemsManagement;
using SessionManagerPlugin.Aws.SimpleSystemsManagement.Model;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Aws.SimpleSystemsManagement;

public class ClientTests
{
    [Fact]
    public async Task A_session_is_started_with_its_document()
    {
        await using var service = FakeApi.Start(
            new FakeAnswer(200, """{"SessionId":"s-1","StreamUrl":"wss://gateway.test/","TokenValue":"hidden"}"""));
        using var client = new AmazonSimpleSystemsManagementClient(
            new BasicAWSCredentials("AKIDEXAMPLE", "hidden-secret"),
            new AmazonSimpleSystemsManagementConfig { ServiceURL = service.Url.AbsoluteUri, AuthenticationRegion = "eu-west-1" });

        var response = await client.StartSessionAsync(
            new StartSessionRequest
            {
                Target = "i-0123456789abcdef0",
                DocumentName = "AWS-StartInteractiveCommand",
                Parameters = new() { ["command"] = ["echo \"ä\""] },
                Reason = "a test",
            },
            TestContext.Current.CancellationToken).Soon();

        Assert.Equal(("s-1", "wss://gateway.test/", "hidden"), (response.SessionId, response.StreamUrl, response.TokenValue));
        var request = Assert.Single(service.Requests);
        Assert.Equal("AmazonSSM.StartSession", request.Headers["X-Amz-Target"]);
        Assert.Equal(
            """{"Target":"i-0123456789abcdef0","DocumentName":"AWS-StartInteractiveCommand","Reason":"a test","Parameters":{"command":["echo \u0022\u00E4\u0022"]}}""",
            request.Body);
    }
}
