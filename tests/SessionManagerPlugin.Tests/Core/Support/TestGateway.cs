using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace SessionManagerPlugin.Tests.Core.Support;

/// <summary>A gateway on loopback that answers as a test says: the upgrade by hand, then a WebSocket or any bytes.</summary>
internal sealed class TestGateway : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2? _certificate;

    private TestGateway(bool isTls)
    {
        _certificate = isTls ? MakeCertificate() : null;
        _listener.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Uri Url => new($"{(_certificate is null ? "ws" : "wss")}://127.0.0.1:{Port}/v1/data-channel/s?signature=hidden");

    public static TestGateway Start(bool isTls = false) => new(isTls);

    /// <summary>Takes a connection, and TLS if it has it. The request is not read yet.</summary>
    public async Task<GatewayConnection> AcceptAsync()
    {
        var socket = await _listener.AcceptSocketAsync().Soon();
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (_certificate is not null)
        {
            var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(_certificate).Soon();
            stream = tls;
        }

        return new GatewayConnection(socket, stream);
    }

    /// <summary>Takes a connection and makes it a WebSocket.</summary>
    public async Task<GatewayConnection> AcceptWebSocketAsync()
    {
        var connection = await AcceptAsync();
        await connection.UpgradeAsync();
        return connection;
    }

    public bool HasPending() => _listener.Pending();

    public void Dispose()
    {
        _listener.Dispose();
        _certificate?.Dispose();
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=gateway.test", key, HashAlgorithmName.SHA256);
        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        return request.CreateSelfSigned(from, from.AddDays(10));
    }
}

/// <summary>The gateway's end of one connection.</summary>
internal sealed class GatewayConnection(Socket socket, Stream stream) : IDisposable
{
    public Stream Stream { get; } = stream;

    public WebSocket WebSocket { get; private set; } = null!;

    public string Request { get; private set; } = "";

    public async Task ReadRequestAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            Assert.Equal(1, await Stream.ReadAsync(one).Soon());
            head.Append((char)one[0]);
        }

        Request = head.ToString();
    }

    public async Task UpgradeAsync()
    {
        await ReadRequestAsync();
        var key = Request.Split("Sec-WebSocket-Key:")[1].Split("\r\n")[0].Trim();
#pragma warning disable CA5350 // The WebSocket protocol's own hash.
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await WriteAsync(
            $"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n");
        WebSocket = WebSocket.CreateFromStream(Stream, new WebSocketCreationOptions { IsServer = true });
    }

    public async Task AnswerAsync(string statusAndHeaders)
    {
        await ReadRequestAsync();
        await WriteAsync($"HTTP/1.1 {statusAndHeaders}\r\nContent-Length: 0\r\n\r\n");
    }

    public Task WriteAsync(string text) => Stream.WriteAsync(Encoding.Latin1.GetBytes(text)).Soon();

    public async Task<(WebSocketMessageType Type, byte[] Bytes)> ReceiveAsync()
    {
        var buffer = new byte[64 * 1024];
        var length = 0;
        while (true)
        {
            var result = await WebSocket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None).Soon();
            length += result.Count;
            if (result.EndOfMessage)
            {
                return (result.MessageType, buffer[..length]);
            }
        }
    }

    /// <summary>Ends the connection with a reset and no word.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    public void Dispose()
    {
        WebSocket?.Dispose();
        Stream.Dispose();
    }
}
