using System.Net;
using System.Net.Sockets;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Core.Transport;

public class WebSocketConnectorTests
{
    [Fact]
    public async Task The_upgrade_asks_for_the_urls_path_and_query()
    {
        using var gateway = TestGateway.Start();
        var accepting = gateway.AcceptWebSocketAsync();
        await using var transport = await ConnectAsync(gateway.Url);
        using var connection = await accepting;
        Assert.StartsWith("GET /v1/data-channel/s?signature=hidden HTTP/1.1\r\n", connection.Request, StringComparison.Ordinal);
        Assert.DoesNotContain("Cookie", connection.Request, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_refused_connection_names_the_host_and_the_cause()
    {
        var port = FreePort();
        var error = await FailAsync(new Uri($"ws://127.0.0.1:{port}/?signature=hidden"));
        Assert.Equal(TransportFailure.NotConnected, error.Failure);
        Assert.StartsWith($"127.0.0.1:{port} cannot be reached: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("refused", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("403 Forbidden", "HTTP status 403 (Forbidden)")]
    [InlineData("404 Not Found", "HTTP status 404 (NotFound)")]
    [InlineData("500 Oops", "HTTP status 500 (InternalServerError)")]
    [InlineData("200 OK", "HTTP status 200 (OK)")]
    public async Task A_gateway_that_answers_the_upgrade_otherwise_is_reported_with_its_status(string answer, string expected)
    {
        using var gateway = TestGateway.Start();
        var answering = AnswerAsync(gateway, answer);
        var error = await FailAsync(gateway.Url);
        await answering;
        Assert.Equal(TransportFailure.NotConnected, error.Failure);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith($"127.0.0.1:{gateway.Port}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_does_not_follow_a_redirection_to_another_host()
    {
        using var gateway = TestGateway.Start();
        using var other = TestGateway.Start();
        var answering = AnswerAsync(gateway, $"302 Found\r\nLocation: http://127.0.0.1:{other.Port}/elsewhere");
        var error = await FailAsync(gateway.Url, TransportOptions.Default with { ConnectTimeout = TimeSpan.FromSeconds(2) });
        await answering;
        Assert.Contains("HTTP status 302", error.Message, StringComparison.Ordinal);
        Assert.False(other.HasPending());
    }

    [Theory]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: wrong\r\n\r\n")]
    [InlineData("this is no HTTP\r\n\r\n")]
    [InlineData("")]
    public async Task An_answer_that_is_no_upgrade_is_no_connection(string answer)
    {
        using var gateway = TestGateway.Start();
        var answering = Task.Run(async () =>
        {
            using var connection = await gateway.AcceptAsync();
            await connection.ReadRequestAsync();

            // A request whose connection ended without a word is sent once more; nobody is there then.
            gateway.Dispose();
            await connection.WriteAsync(answer);
        });
        var url = gateway.Url;
        var error = await FailAsync(url);
        await answering.Soon();
        Assert.Equal(TransportFailure.NotConnected, error.Failure);
        Assert.Contains(url.Authority, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_gateway_that_never_answers_is_left_after_the_time_limit(bool isTls)
    {
        using var gateway = TestGateway.Start();
        var url = isTls ? new Uri($"wss://127.0.0.1:{gateway.Port}/") : gateway.Url;
        var error = await FailAsync(url, TransportOptions.Default with { ConnectTimeout = TimeSpan.FromMilliseconds(300) });
        Assert.Equal(TransportFailure.NotConnected, error.Failure);
        Assert.Equal($"no answer from 127.0.0.1:{gateway.Port} within 0.3 s", error.Message);
    }

    [Fact]
    public async Task Tls_that_nobody_vouches_for_is_refused_for_good_and_names_the_host()
    {
        using var gateway = TestGateway.Start(isTls: true);
        var accepting = Task.Run(async () =>
        {
            try
            {
                using var connection = await gateway.AcceptAsync();
                await connection.ReadRequestAsync();
                return true;
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException or Xunit.Sdk.XunitException)
            {
                return false;
            }
        });
        var error = await FailAsync(gateway.Url);
        Assert.Equal(TransportFailure.NotConnectable, error.Failure);
        Assert.StartsWith($"TLS with 127.0.0.1:{gateway.Port} failed: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("certificate", error.Message, StringComparison.Ordinal);
        Assert.False(await accepting.Soon());
    }

    [Fact]
    public async Task An_attempt_can_be_cancelled()
    {
        using var gateway = TestGateway.Start();
        using var stop = new CancellationTokenSource();
        var connecting = new WebSocketConnector(TransportOptions.Default, TimeProvider.System).ConnectAsync(gateway.Url, stop.Token).Soon();
        using var connection = await gateway.AcceptAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    [Fact]
    public async Task A_time_limit_that_runs_out_as_the_connection_stands_harms_nothing()
    {
        using var gateway = TestGateway.Start();
        var accepting = gateway.AcceptWebSocketAsync();
        var time = new ManualTimeProvider();
        await using var transport = await new WebSocketConnector(TransportOptions.Default, time)
            .ConnectAsync(gateway.Url, CancellationToken.None).Soon();
        using var connection = await accepting;
        time.FireLate();
    }

    private static Task<IMessageTransport> ConnectAsync(Uri url, TransportOptions? options = null) =>
        new WebSocketConnector(options ?? TransportOptions.Default, TimeProvider.System).ConnectAsync(url, CancellationToken.None).Soon();

    private static Task<TransportException> FailAsync(Uri url, TransportOptions? options = null) =>
        Assert.ThrowsAsync<TransportException>(() => ConnectAsync(url, options));

    private static async Task AnswerAsync(TestGateway gateway, string answer)
    {
        using var connection = await gateway.AcceptAsync();
        await connection.AnswerAsync(answer);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
