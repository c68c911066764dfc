using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using SessionManagerPlugin.Aws;
using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Tests.Core.Support;
using SessionManagerPlugin.Tests.Emulator;

namespace SessionManagerPlugin.Tests.Aws;

public class AwsSessionApiTests
{
    private const string SessionId = "user-0123456789abcdef0";

    private static readonly FakeAnswer Resumed = new(
        200, """{"SessionId":"user-0123456789abcdef0","StreamUrl":"wss://gateway.test/v1/s?role=x","TokenValue":"hidden-new","More":{"a":[1]}}""");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_is_resumed_with_a_signed_request()
    {
        await using var service = FakeApi.Start(Resumed);
        using var api = Api(service.Url);

        var resumed = await api.ResumeAsync(SessionId, Cancellation).Soon();

        Assert.Equal(new ResumedSession(new Uri("wss://gateway.test/v1/s?role=x"), "hidden-new"), resumed);
        var request = Assert.Single(service.Requests);
        Assert.Equal("POST / HTTP/1.1", request.Line);
        Assert.Equal("AmazonSSM.ResumeSession", request.Headers["X-Amz-Target"]);
        Assert.Equal("application/x-amz-json-1.1", request.Headers["Content-Type"]);
        Assert.Equal("""{"SessionId":"user-0123456789abcdef0"}""", request.Body);
        Assert.Matches(
            "^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/[0-9]{8}/eu-west-1/ssm/aws4_request, SignedHeaders=.*x-amz-target.*, Signature=[0-9a-f]{64}$",
            request.Headers["Authorization"]);
        Assert.Equal("hidden-token", request.Headers["X-Amz-Security-Token"]);
        Assert.Contains("session-manager-plugin/1.3.0.0", request.Headers["User-Agent"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_is_ended()
    {
        await using var service = FakeApi.Start(new FakeAnswer(200, """{"SessionId":"user-0123456789abcdef0"}"""));
        using var api = Api(service.Url);

        await api.TerminateAsync(SessionId, Cancellation).Soon();

        var request = Assert.Single(service.Requests);
        Assert.Equal("AmazonSSM.TerminateSession", request.Headers["X-Amz-Target"]);
        Assert.Equal("""{"SessionId":"user-0123456789abcdef0"}""", request.Body);
    }

    [Theory]
    [InlineData(200, """{"SessionId":"s"}""")]
    [InlineData(200, """{"SessionId":"s","StreamUrl":"wss://gateway.test/","TokenValue":""}""")]
    [InlineData(200, """{"SessionId":"s","StreamUrl":null,"TokenValue":null}""")]
    [InlineData(400, """{"__type":"DoesNotExistException","Message":"Session does not exist"}""")]
    [InlineData(400, """{"__type":"com.amazonaws.ssm#DoesNotExistException"}""")]
    public async Task A_session_without_a_token_is_over(int status, string body)
    {
        await using var service = FakeApi.Start(new FakeAnswer(status, body));
        using var api = Api(service.Url);

        Assert.Null(await api.ResumeAsync(SessionId, Cancellation).Soon());
    }

    [Fact]
    public async Task Ending_a_session_that_nobody_knows_is_no_failure()
    {
        await using var service = FakeApi.Start(FakeAnswer.Error("DoesNotExistException"));
        using var api = Api(service.Url);

        await api.TerminateAsync(SessionId, Cancellation).Soon();
    }

    [Theory]
    [InlineData("AccessDeniedException", 400, true, "access denied. The credentials need the action ssm:ResumeSession on session/user-0123456789abcdef0. The service says: What the service says.")]
    [InlineData("ExpiredTokenException", 400, true, "the AWS credentials have expired; sign in again to get new ones.")]
    [InlineData("UnrecognizedClientException", 400, true, "the service does not accept the AWS credentials (UnrecognizedClientException).")]
    [InlineData("InvalidSignatureException", 400, true, "the service does not accept the AWS credentials (InvalidSignatureException).")]
    [InlineData("ThrottlingException", 400, false, "the service asks for fewer requests (ThrottlingException).")]
    [InlineData("InternalServerError", 500, false, "the service says InternalServerError: What the service says.")]
    [InlineData("ValidationException", 400, true, "the service says ValidationException: What the service says.")]
    public async Task An_error_of_the_service_is_put_into_words(string code, int status, bool isFinal, string reason)
    {
        await using var service = FakeApi.Start(FakeAnswer.Error(code, status));
        using var api = Api(service.Url);

        var failure = await Assert.ThrowsAsync<SessionApiException>(() => api.ResumeAsync(SessionId, Cancellation)).Soon();

        Assert.Equal($"ResumeSession of session {SessionId} failed: {reason}", failure.Message);
        Assert.Equal(isFinal, failure.IsFinal);
        Assert.Equal(isFinal ? 1 : 2, service.Requests.Count);
    }

    [Fact]
    public async Task An_error_that_quotes_the_request_is_not_shown()
    {
        await using var service = FakeApi.Start(FakeAnswer.Error(
            "InvalidSignatureException", 400, "The Canonical String for this request should have been 'x-amz-security-token:hidden-token'"));
        using var api = Api(service.Url);

        var failure = await Assert.ThrowsAsync<SessionApiException>(() => api.ResumeAsync(SessionId, Cancellation)).Soon();

        Assert.DoesNotContain("hidden", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "<html>Sign in to the network</html>", false)]
    [InlineData(200, "[]", false)]
    [InlineData(200, "", false)]
    [InlineData(302, "", false)]
    [InlineData(403, "<html>Forbidden</html>", true)]
    [InlineData(503, "<html>Try again</html>", false)]
    [InlineData(200, """{"SessionId":"s","StreamUrl":"https://gateway.test/","TokenValue":"hidden-new"}""", true)]
    [InlineData(200, """{"SessionId":"s","TokenValue":"hidden-new"}""", true)]
    public async Task An_answer_that_is_not_the_services_is_a_failure(int status, string body, bool isFinal)
    {
        await using var service = FakeApi.Start(new FakeAnswer(status, body));
        using var api = Api(service.Url);

        var failure = await Assert.ThrowsAsync<SessionApiException>(() => api.ResumeAsync(SessionId, Cancellation)).Soon();

        Assert.Equal(isFinal, failure.IsFinal);
        Assert.DoesNotContain("hidden", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("html", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_that_passes_is_tried_once_more()
    {
        await using var service = FakeApi.Start(FakeAnswer.Error("InternalServerError", 500), Resumed);
        using var api = Api(service.Url);

        Assert.NotNull(await api.ResumeAsync(SessionId, Cancellation).Soon());
        Assert.Equal(2, service.Requests.Count);
    }

    [Fact]
    public async Task Credentials_that_have_expired_since_the_last_call_are_looked_for_again()
    {
        await using var service = FakeApi.Start(Resumed, FakeAnswer.Error("ExpiredTokenException"), Resumed);
        var key = "AKIDBEFORE";
        using var api = new AwsSessionApi(Options(service.Url), name => name == "AWS_ACCESS_KEY_ID" ? key : TestEnvironment.WithKeys()(name));
        await api.ResumeAsync(SessionId, Cancellation).Soon();

        key = "AKIDAFTER";
        Assert.NotNull(await api.ResumeAsync(SessionId, Cancellation).Soon());

        Assert.Equal(
            ["AKIDBEFORE", "AKIDBEFORE", "AKIDAFTER"],
            service.Requests.Select(static request => request.Headers["Authorization"].Split('=', '/')[1]));
    }

    [Fact]
    public async Task A_refused_connection_may_be_tried_again()
    {
        using var api = Api(ClosedPort());

        var failure = await Assert.ThrowsAsync<SessionApiException>(() => api.ResumeAsync(SessionId, Cancellation)).Soon();

        Assert.Contains("could not be reached: Connection refused", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsFinal);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_may_be_tried_again()
    {
        using var api = Api(new Uri("http://ssm.invalid"));

        var failure = await Assert.ThrowsAsync<SessionApiException>(() => api.ResumeAsync(SessionId, Cancellation)).Soon();

        Assert.Contains("could not be reached", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsFinal);
    }

    [Fact]
    public async Task Silence_ends_with_the_calls_time()
    {
        await using var service = FakeApi.Start(FakeAnswer.Silence);
        using var api = new AwsSessionApi(
            Options(service.Url) with { CallTimeout = TimeSpan.FromMilliseconds(300) }, TestEnvironment.WithKeys());

        var failure = await Assert.ThrowsAsync<SessionApiException>(() => api.ResumeAsync(SessionId, Cancellation)).Soon();

        Assert.Equal($"ResumeSession of session {SessionId} failed: there was no answer within 0.3 s.", failure.Message);
        Assert.False(failure.IsFinal);
    }

    [Fact]
    public async Task A_connection_that_went_silent_leaves_time_for_another()
    {
        await using var service = FakeApi.Start(FakeAnswer.Silence, Resumed);
        using var api = new AwsSessionApi(Options(service.Url) with { CallTimeout = TimeSpan.FromSeconds(8) }, TestEnvironment.WithKeys());

        Assert.NotNull(await api.ResumeAsync(SessionId, Cancellation).Soon());
    }

    [Fact]
    public async Task Cancelling_ends_a_call_at_once()
    {
        await using var service = FakeApi.Start(FakeAnswer.Silence);
        using var api = Api(service.Url);
        using var cancel = new CancellationTokenSource();
        var call = api.ResumeAsync(SessionId, cancel.Token);
        Assert.False(call.IsCompleted);

        var watch = Stopwatch.StartNew();
        await cancel.CancelAsync();

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call).Soon();
        Assert.Equal(cancel.Token, cancelled.CancellationToken);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task What_a_credential_process_writes_is_not_shown()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The profile's program is a shell's.");
        await using var service = FakeApi.Start(Resumed);
        var environment = ProfileFile.Environment("credential_process = sh -c 'echo hidden >&2; exit 3'");
        using var api = new AwsSessionApi(Options(service.Url) with { Profile = ProfileFile.Name }, environment);

        var failure = await Assert.ThrowsAsync<SessionApiException>(() => api.ResumeAsync(SessionId, Cancellation)).Soon();

        Assert.Contains("credential_process gave no credentials", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsFinal);
        Assert.Empty(service.Requests);
    }

    [Fact]
    public async Task Without_a_region_no_call_is_made()
    {
        using var api = new AwsSessionApi(
            new AwsOptions { StreamUrl = new Uri("ws://127.0.0.1:1/"), Profile = ProfileFile.Name }, ProfileFile.Environment(ProfileFile.Keys));

        var failure = await Assert.ThrowsAsync<SessionApiException>(() => api.ResumeAsync(SessionId, Cancellation)).Soon();

        Assert.Contains("set AWS_REGION", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsFinal);
    }

    [Fact]
    public async Task The_emulators_session_is_resumed_and_ended()
    {
        await using var emulator = new TestEmulator();
        var session = await emulator.StartSessionAsync();
        using var api = Api(emulator.Url);

        var resumed = await api.ResumeAsync(session.SessionId, Cancellation).Soon();
        await api.TerminateAsync(session.SessionId, Cancellation).Soon();

        Assert.NotNull(resumed);
        Assert.Equal(session.StreamUrl, resumed.StreamUrl);
        Assert.NotEqual(session.TokenValue, resumed.TokenValue);
        Assert.Null(await api.ResumeAsync(session.SessionId, Cancellation).Soon());
        Assert.Null(await api.ResumeAsync("nobody-0", Cancellation).Soon());
        await api.TerminateAsync(session.SessionId, Cancellation).Soon();
        await api.TerminateAsync("nobody-0", Cancellation).Soon();
    }

    private static AwsSessionApi Api(Uri endpoint) => new(Options(endpoint), TestEnvironment.WithKeys());

    private static AwsOptions Options(Uri endpoint) =>
        new() { Region = "eu-west-1", Endpoint = endpoint, StreamUrl = new Uri("ws://127.0.0.1:1/") };

    private static Uri ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }
}
