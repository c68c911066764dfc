using System.Text;
using SessionManagerPlugin.Core.Errors;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Core.DataChannels;

public class DataChannelHandshakeTests
{
    private const string Complete = "{\"HandshakeTimeToComplete\":1000000,\"CustomerMessage\":\"\"}";

    public static string Request(string sessionType = SessionTypeName.InteractiveCommands) =>
        "{\"AgentVersion\":\"3.3.3572.0\",\"RequestedClientActions\":[{\"ActionType\":\"SessionType\","
        + $"\"ActionParameters\":{{\"SessionType\":\"{sessionType}\",\"Properties\":{{\"a\":1}}}}}}]}}";

    [Theory]
    [InlineData(SessionTypeName.StandardStream)]
    [InlineData(SessionTypeName.InteractiveCommands)]
    [InlineData(SessionTypeName.NonInteractiveCommands)]
    public async Task A_session_of_a_known_type_starts_when_the_handshake_is_complete(string sessionType)
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        Handshake(test, 0, Request(sessionType));
        var response = await test.Transport.NextStreamAsync();
        Assert.Equal(PayloadType.HandshakeResponse, response.Header.PayloadType);
        Assert.Equal(
            $"{{\"ClientVersion\":\"{DataChannelOptions.Default.ClientVersion}\",\"ProcessedClientActions\":[{{\"ActionType\":\"SessionType\","
            + "\"ActionStatus\":1,\"ActionResult\":null,\"Error\":\"\"}],\"Errors\":null}",
            response.Text);
        Assert.False(test.Channel.Started.IsCompleted);

        HandshakeComplete(test, 1, Complete);
        var start = await test.Channel.Started.Soon();
        Assert.Equal(sessionType, start.SessionType);
        Assert.Equal("3.3.3572.0", start.AgentVersion);
        Assert.Equal(1, start.Properties!.Value.GetProperty("a").GetInt32());
        Assert.Null(start.CustomerMessage);
    }

    [Fact]
    public async Task The_account_owners_message_reaches_the_user()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        Handshake(test, 0, Request());
        HandshakeComplete(test, 1, "{\"HandshakeTimeToComplete\":1,\"CustomerMessage\":\"This session is encrypted.\"}");

        Assert.Equal("This session is encrypted.", (await test.Channel.Started.Soon()).CustomerMessage);
    }

    [Fact]
    public async Task A_request_that_came_twice_is_answered_once()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        Handshake(test, 0, Request());
        test.Transport.ReceiveAcknowledgement(await test.Transport.NextStreamAsync());
        Handshake(test, 0, Request());
        HandshakeComplete(test, 1, Complete);
        await test.Channel.Started.Soon();

        Assert.DoesNotContain(await test.SentBeforeMarkerAsync(), sent => sent.Header.PayloadType == PayloadType.HandshakeResponse);
    }

    [Fact]
    public async Task A_handshake_that_came_out_of_order_starts_the_session_too()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        test.Transport.ReceiveOutput(2, "$ ");
        HandshakeComplete(test, 1, Complete);
        Handshake(test, 0, Request());

        Assert.Equal(SessionTypeName.InteractiveCommands, (await test.Channel.Started.Soon()).SessionType);
        Assert.Equal("$ ", await test.ReadTextAsync(2));
    }

    [Fact]
    public async Task Output_before_the_handshakes_completion_is_not_lost_and_does_not_start_the_session()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        Handshake(test, 0, Request());
        test.Transport.ReceiveOutput(1, "early ");
        await test.Transport.WhenReceivesAsync(3);
        Assert.False(test.Channel.Started.IsCompleted);

        HandshakeComplete(test, 2, Complete);
        test.Transport.ReceiveOutput(3, "late");
        Assert.Equal(SessionTypeName.InteractiveCommands, (await test.Channel.Started.Soon()).SessionType);
        Assert.Equal("early late", await test.ReadTextAsync(10));
    }

    [Fact]
    public async Task An_unknown_session_type_is_answered_as_failed_and_ends_with_the_reason()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        Handshake(test, 0, Request("Teleport"));
        var response = Response(await test.Transport.NextStreamAsync());
        Assert.Equal(ActionStatus.Failed, Assert.Single(response.ProcessedClientActions!).ActionStatus);
        Assert.Contains("Teleport", Assert.Single(response.Errors!), StringComparison.Ordinal);

        test.Transport.ReceiveClosed("the agent's own words");
        await AssertRefusedAsync(test, "Teleport");
    }

    [Fact]
    public async Task An_action_that_this_client_does_not_know_is_answered_as_unsupported_and_ends_with_the_reason()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        Handshake(test, 0, "{\"RequestedClientActions\":[{\"ActionType\":\"KMSEncryption\",\"ActionParameters\":{\"KMSKeyId\":\"k\"}},"
            + "{\"ActionType\":\"SessionType\",\"ActionParameters\":{\"SessionType\":\"Standard_Stream\"}}]}");
        var response = Response(await test.Transport.NextStreamAsync());
        Assert.Equal([ActionStatus.Unsupported, ActionStatus.Success], response.ProcessedClientActions!.Select(action => action.ActionStatus));

        test.Transport.ReceiveClosed("");
        await AssertRefusedAsync(test, "KMSEncryption");
    }

    [Fact]
    public async Task A_refused_agent_that_says_nothing_more_is_left_after_the_grace()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        Handshake(test, 0, Request("Teleport"));
        test.Transport.ReceiveAcknowledgement(await test.Transport.NextStreamAsync());
        await test.Transport.WhenReceivesAsync(3);

        Assert.Empty(await test.SentAfterAsync(DataChannelOptions.Default.RefusalGrace - TimeSpan.FromMilliseconds(1)));
        Assert.False(test.Running.IsCompleted);
        test.Advance(TimeSpan.FromMilliseconds(1));
        await AssertRefusedAsync(test, "Teleport");
        Assert.True(test.Transport.Goodbye.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_refused_agent_that_completes_the_handshake_all_the_same_starts_nothing()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        Handshake(test, 0, Request("Teleport"));
        HandshakeComplete(test, 1, Complete);
        await AssertRefusedAsync(test, "Teleport");
        Assert.True(test.Channel.Started.IsCanceled);
    }

    [Theory]
    [InlineData(TransportFailure.Closed)]
    [InlineData(TransportFailure.Lost)]
    public async Task A_refused_agent_that_hangs_up_leaves_the_reason_and_not_a_lost_connection(TransportFailure failure)
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        Handshake(test, 0, Request("Teleport"));
        await test.Transport.NextStreamAsync();
        test.Transport.FailReads(new TransportException(failure, "gateway.test closed the connection (code 1000)"));
        await AssertRefusedAsync(test, "Teleport");
    }

    [Theory]
    [InlineData("")]
    [InlineData("not JSON")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"RequestedClientActions\":5}")]
    [InlineData("{\"RequestedClientActions\":[5]}")]
    public async Task A_handshake_request_that_cannot_be_read_is_a_violation_of_the_protocol(string request)
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        Handshake(test, 0, request);

        var error = await Assert.ThrowsAsync<SessionException>(() => test.Running.Soon());
        Assert.Equal(SessionErrorReason.ProtocolViolation, error.Reason);
        Assert.Contains("handshake request", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"RequestedClientActions\":null}")]
    [InlineData("{\"RequestedClientActions\":[]}")]
    [InlineData("{\"RequestedClientActions\":[null]}")]
    [InlineData("{\"RequestedClientActions\":[{}]}")]
    [InlineData("{\"RequestedClientActions\":[{\"ActionType\":\"SessionType\"}]}")]
    [InlineData("{\"RequestedClientActions\":[{\"ActionType\":\"SessionType\",\"ActionParameters\":null}]}")]
    [InlineData("{\"RequestedClientActions\":[{\"ActionType\":\"SessionType\",\"ActionParameters\":\"x\"}]}")]
    [InlineData("{\"RequestedClientActions\":[{\"ActionType\":\"SessionType\",\"ActionParameters\":{}}]}")]
    [InlineData("{\"RequestedClientActions\":[{\"ActionType\":\"SessionType\",\"ActionParameters\":{\"SessionType\":null}}]}")]
    [InlineData("{\"RequestedClientActions\":[{\"ActionType\":\"SessionType\",\"ActionParameters\":{\"SessionType\":\"\\ud800\"}}]}")]
    public async Task A_handshake_request_that_asks_for_nothing_sensible_is_answered_and_refused(string request)
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        Handshake(test, 0, request);
        var response = Response(await test.Transport.NextStreamAsync());
        Assert.NotEmpty(response.Errors!);
        Assert.DoesNotContain(response.ProcessedClientActions!, action => action.ActionStatus == ActionStatus.Success);

        test.Transport.ReceiveClosed("");
        await AssertRefusedAsync(test, "");
    }

    [Fact]
    public async Task A_completion_without_a_request_is_a_violation_of_the_protocol()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        HandshakeComplete(test, 0, Complete);
        await AssertViolationAsync(test);
    }

    [Fact]
    public async Task A_completion_that_cannot_be_read_is_a_violation_of_the_protocol()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        Handshake(test, 0, Request());
        HandshakeComplete(test, 1, "[");
        await AssertViolationAsync(test);
    }

    [Fact]
    public async Task An_agent_that_asks_without_end_is_not_answered_without_end()
    {
        await using var test = await ChannelUnderTest.OpenAsync(DataChannelOptions.Default with { SendWindowMessages = 20 });
        for (var number = 0; number < 21; number++)
        {
            Handshake(test, number, Request());
        }

        await AssertViolationAsync(test);
    }

    [Fact]
    public async Task A_handshake_that_the_agent_does_not_complete_times_out()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        Handshake(test, 0, Request());
        test.Transport.ReceiveAcknowledgement(await test.Transport.NextStreamAsync());
        await test.Transport.WhenReceivesAsync(3);

        await test.SentAfterAsync(TimeSpan.FromSeconds(59));
        Assert.False(test.Running.IsCompleted);
        test.Advance(TimeSpan.FromSeconds(1));
        var error = await Assert.ThrowsAsync<SessionException>(() => test.Running.Soon());
        Assert.Equal(SessionErrorReason.HandshakeTimeout, error.Reason);
        Assert.Contains("60 s", error.Message, StringComparison.Ordinal);
        Assert.True(test.Channel.Started.IsCanceled);
    }

    [Fact]
    public async Task A_handshake_that_is_complete_does_not_time_out()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        Handshake(test, 0, Request());
        test.Transport.ReceiveAcknowledgement(await test.Transport.NextStreamAsync());
        HandshakeComplete(test, 1, Complete);
        await test.Channel.Started.Soon();

        await test.SentAfterAsync(TimeSpan.FromMinutes(2));
        Assert.False(test.Running.IsCompleted);
    }

    [Fact]
    public async Task What_the_agent_wrote_into_its_request_cannot_forge_a_line_of_the_error()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        Handshake(test, 0, Request("x\\u001b[2J\\r\\nsession-manager-plugin: all is well" + new string('y', 5000)));
        test.Transport.ReceiveClosed("");

        var error = await Assert.ThrowsAsync<SessionException>(() => test.Running.Soon());
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.InRange(error.Message.Length, 1, 1000);
    }

    private static void Handshake(ChannelUnderTest test, long number, string json) =>
        test.Transport.ReceiveStream(number, PayloadType.HandshakeRequest, Encoding.UTF8.GetBytes(json));

    private static void HandshakeComplete(ChannelUnderTest test, long number, string json) =>
        test.Transport.ReceiveStream(number, PayloadType.HandshakeComplete, Encoding.UTF8.GetBytes(json));

    private static HandshakeResponse Response(SentMessage sent)
    {
        Assert.Equal(PayloadType.HandshakeResponse, sent.Header.PayloadType);
        Assert.True(PayloadJson.TryRead(sent.Payload, PayloadJson.HandshakeResponse, out var response, out _));
        return response;
    }

    private static async Task AssertRefusedAsync(ChannelUnderTest test, string text)
    {
        var error = await Assert.ThrowsAsync<SessionException>(() => test.Running.Soon());
        Assert.Equal(SessionErrorReason.HandshakeUnsupported, error.Reason);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }

    private static async Task AssertViolationAsync(ChannelUnderTest test)
    {
        var error = await Assert.ThrowsAsync<SessionException>(() => test.Running.Soon());
        Assert.Equal(SessionErrorReason.ProtocolViolation, error.Reason);
    }
}
