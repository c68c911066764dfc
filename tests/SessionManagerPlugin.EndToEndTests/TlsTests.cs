using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SessionManagerPlugin.EndToEndTests.Fixtures;

namespace SessionManagerPlugin.EndToEndTests;

/// <summary>Connections with TLS, as all real ones are.</summary>
public sealed class TlsTests : EndToEndTest
{
    [Fact]
    public async Task A_gateway_with_a_certificate_that_the_system_trusts_is_connected_to()
    {
        var emulator = await StartTlsEmulatorAsync();
        var session = await emulator.StartSessionAsync();
        Assert.StartsWith("wss://", session.StreamUrl, StringComparison.Ordinal);
        var environment = TestEnvironment.Create();
        environment["SSL_CERT_FILE"] = PathOf("ca.pem");
        var program = RunOnPipes(environment, Artifacts.Plugin, DropIn(session));

        await program.SendLineAsync("echo answer-$((6*7)); exit");

        Assert.Equal(0, await program.WaitForExitAsync());
        Assert.Contains("answer-42", program.Output.Text, StringComparison.Ordinal);
        Assert.Equal("", program.Error.Text);
    }

    [Fact]
    public async Task A_gateway_with_a_certificate_of_a_stranger_is_refused_at_once()
    {
        var emulator = await StartTlsEmulatorAsync();
        emulator.IsWarningExpected = true;
        var session = await emulator.StartSessionAsync();
        var start = Stopwatch.GetTimestamp();
        var program = RunOnPipes(Artifacts.Plugin, DropIn(session));

        Assert.Equal(1, await program.WaitForExitAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.StartsWith("session-manager-plugin: ", program.Error.Text, StringComparison.Ordinal);
        Assert.Contains($"TLS with 127.0.0.1:{emulator.Url.Port} failed", program.Error.Text, StringComparison.Ordinal);
        Assert.Contains("certificate", program.Error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("attempts", program.Error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(session.TokenValue, program.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_with_a_certificate_for_another_name_is_refused()
    {
        var emulator = await StartTlsEmulatorAsync();
        emulator.IsWarningExpected = true;
        var session = await emulator.StartSessionAsync();
        var environment = TestEnvironment.Create();
        environment["SSL_CERT_FILE"] = PathOf("ca.pem");

        // The certificate is for the address alone.
        session = session with { StreamUrl = session.StreamUrl.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) };
        var program = RunOnPipes(environment, Artifacts.Plugin, DropIn(session));

        Assert.Equal(1, await program.WaitForExitAsync());
        Assert.Contains($"TLS with localhost:{emulator.Url.Port} failed", program.Error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(session.TokenValue, program.Error.Text, StringComparison.Ordinal);
    }

    private async Task<EmulatorProcess> StartTlsEmulatorAsync()
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=Test authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        authorityRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authorityRequest.PublicKey, false));
        var now = TimeProvider.System.GetUtcNow();
        using var authority = authorityRequest.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test gateway", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        using var certificate = request.Create(authority, now.AddMinutes(-30), now.AddHours(20), [1, 2, 3, 4]);

        await File.WriteAllTextAsync(PathOf("ca.pem"), authority.ExportCertificatePem());
        await File.WriteAllTextAsync(PathOf("certificate.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(PathOf("key.pem"), key.ExportPkcs8PrivateKeyPem());

        var trusted = X509CertificateLoader.LoadCertificate(authority.RawData);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(trusted);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
        };
        return await StartEmulatorAsync(
            handler, "--tls-certificate", PathOf("certificate.pem"), "--tls-key", PathOf("key.pem"));
    }
}
