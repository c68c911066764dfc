using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using SessionManagerPlugin.Emulator;

namespace SessionManagerPlugin.Tests.Emulator;

public sealed class TlsTests
{
    [Fact]
    public async Task Service_and_gateway_speak_tls_when_there_is_a_certificate()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var certificate = CreateCertificate();
        await using var host = EmulatorHost.Start(new EmulatorOptions { Certificate = certificate }, TimeProvider.System, NullLogger.Instance);
        Assert.Equal(Uri.UriSchemeHttps, host.Url.Scheme);

        using var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = IsOurs } };
        using var http = new HttpClient(handler);
        using var content = new StringContent("""{"Target":"i-0123456789abcdef0"}""");
        content.Headers.Add("X-Amz-Target", "AmazonSSM.StartSession");
        using var response = await http.PostAsync(host.Url, content, cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var body = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellation));
        var url = new Uri(body.RootElement.GetProperty("StreamUrl").GetString()!);
        Assert.Equal(Uri.UriSchemeWss, url.Scheme);

        using var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = IsOurs;
        await socket.ConnectAsync(url, cancellation);
        Assert.Equal(WebSocketState.Open, socket.State);

        bool IsOurs(object sender, X509Certificate? remote, X509Chain? chain, SslPolicyErrors errors) =>
            remote?.GetCertHashString() == certificate.GetCertHashString();
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
    }
}
