using System.Net.Sockets;
using System.Text;
using SessionManagerPlugin.Emulator;

namespace SessionManagerPlugin.Tests.Emulator;

public sealed class ServiceApiTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StartSession_gives_an_id_a_url_and_a_token()
    {
        await using var emulator = new TestEmulator();

        var session = await emulator.StartSessionAsync();

        Assert.Matches("-[0-9a-f]{17}$", session.SessionId);
        Assert.Equal($"ws://127.0.0.1:{emulator.Url.Port}/v1/data-channel/{session.SessionId}?role=publish_subscribe", session.StreamUrl.ToString());
        Assert.NotEmpty(session.TokenValue);
    }

    [Theory]
    [InlineData("StartSession", "{}", "ValidationException")]
    [InlineData("StartSession", "[", "SerializationException")]
    [InlineData("StartSession", "null", "SerializationException")]
    [InlineData("StartSession", """{"Target":"i-other"}""", "TargetNotConnected")]
    [InlineData("StartSession", """{"Target":"i-one","DocumentName":"No-Such"}""", "InvalidDocument")]
    [InlineData("StartSession", """{"Target":"i-one","DocumentName":"AWS-StartSSHSession"}""", "InvalidDocument")]
    [InlineData("StartSession", """{"Target":"i-one","DocumentName":"AWS-StartNonInteractiveCommand"}""", "InvalidParameters")]
    [InlineData("ResumeSession", """{"SessionId":"nobody-0"}""", "DoesNotExistException")]
    [InlineData("ResumeSession", "{}", "ValidationException")]
    [InlineData("TerminateSession", """{"SessionId":"nobody-0"}""", "DoesNotExistException")]
    [InlineData("DescribeSessions", "{}", "UnknownOperationException")]
    public async Task What_cannot_be_done_is_an_error_of_the_api(string operation, string json, string type)
    {
        await using var emulator = new TestEmulator(new EmulatorOptions { Targets = ["i-one"] });

        var (status, body) = await emulator.CallAsync(operation, json);

        Assert.Equal(400, status);
        Assert.Equal(type, body.GetProperty("__type").GetString());
        Assert.NotEmpty(body.GetProperty("message").GetString()!);
    }

    [Fact]
    public async Task ResumeSession_renews_the_token()
    {
        await using var emulator = new TestEmulator();
        var session = await emulator.StartSessionAsync();

        var resumed = await emulator.ResumeSessionAsync(session.SessionId);

        Assert.Equal(session.SessionId, resumed.SessionId);
        Assert.NotEqual(session.TokenValue, resumed.TokenValue);
    }

    [Fact]
    public async Task A_session_that_has_ended_is_resumed_without_a_token_and_terminated_again()
    {
        await using var emulator = new TestEmulator();
        var session = await emulator.StartSessionAsync();
        var json = $$"""{"SessionId":"{{session.SessionId}}"}""";

        var (status, body) = await emulator.CallAsync("TerminateSession", json);
        Assert.Equal((200, session.SessionId), (status, body.GetProperty("SessionId").GetString()));

        (status, body) = await emulator.CallAsync("ResumeSession", json);
        Assert.Equal(200, status);
        Assert.False(body.TryGetProperty("TokenValue", out _));

        (status, _) = await emulator.CallAsync("TerminateSession", json);
        Assert.Equal(200, status);
    }

    [Fact]
    public async Task A_session_ends_when_no_client_comes()
    {
        await using var emulator = new TestEmulator(new EmulatorOptions { SessionTimeout = TimeSpan.FromMilliseconds(50) });
        var session = await emulator.StartSessionAsync();
        var json = $$"""{"SessionId":"{{session.SessionId}}"}""";
        while ((await emulator.CallAsync("ResumeSession", json)).Body.TryGetProperty("TokenValue", out _))
        {
            await Task.Delay(10, Cancellation);
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 405 ")]
    [InlineData("GET /elsewhere HTTP/1.1\r\n\r\n", "HTTP/1.1 404 ")]
    [InlineData("GET /v1/data-channel/nobody-0 HTTP/1.1\r\n\r\n", "HTTP/1.1 404 ")]
    [InlineData("\u0016\u0003\u0001\r\n\r\n", "HTTP/1.1 400 ")]
    public async Task Other_requests_are_refused_and_the_connection_ends(string request, string answer)
    {
        await using var emulator = new TestEmulator();

        var text = await ExchangeAsync(emulator, request);

        Assert.StartsWith(answer, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_waits_for_a_word_before_its_body_gets_it()
    {
        await using var emulator = new TestEmulator();
        using var connection = await ConnectAsync(emulator);
        var stream = connection.GetStream();
        await stream.WriteAsync(
            "POST / HTTP/1.1\r\nX-Amz-Target: AmazonSSM.StartSession\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\n"u8.ToArray(),
            Cancellation);
        var word = new byte["HTTP/1.1 100 Continue\r\n\r\n".Length];
        await stream.ReadExactlyAsync(word, Cancellation);
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", Encoding.ASCII.GetString(word));

        await stream.WriteAsync("{}"u8.ToArray(), Cancellation);

        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 400 ", await reader.ReadToEndAsync(Cancellation), StringComparison.Ordinal);
    }

    private static async Task<string> ExchangeAsync(TestEmulator emulator, string request)
    {
        using var connection = await ConnectAsync(emulator);
        await connection.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request), Cancellation);
        using var reader = new StreamReader(connection.GetStream());
        return await reader.ReadToEndAsync(Cancellation);
    }

    private static async Task<TcpClient> ConnectAsync(TestEmulator emulator)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync("127.0.0.1", emulator.Url.Port, Cancellation);
        return connection;
    }
}
