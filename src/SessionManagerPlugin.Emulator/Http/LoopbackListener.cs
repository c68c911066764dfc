using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace SessionManagerPlugin.Emulator.Http;

/// <summary>Accepts connections on 127.0.0.1, with TLS when there is a certificate, and owns them until they end.</summary>
internal sealed class LoopbackListener : IAsyncDisposable
{
    /// <summary>More than all sessions have; beyond it, connections wait to be accepted.</summary>
    private const int MaxConnections = 1000;

    private static readonly TimeSpan TlsHandshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long connections have at the end to say their last word.</summary>
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(1);

    private readonly TcpListener _listener;
    private readonly X509Certificate2? _certificate;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TaskGroup _connections = new();
    private readonly SemaphoreSlim _slots = new(MaxConnections, MaxConnections);
    private readonly CancellationTokenSource _stopAccepting = new();
    private readonly CancellationTokenSource _abort = new();
    private Task _accepting = Task.CompletedTask;

    /// <summary>Binds the port; connections wait until <see cref="Start"/>.</summary>
    /// <param name="port">The port; 0 for any.</param>
    /// <param name="certificate">The certificate with its key; null without TLS.</param>
    /// <param name="time">The time.</param>
    /// <param name="logger">The log.</param>
    /// <exception cref="SocketException">The port is taken.</exception>
    internal LoopbackListener(int port, X509Certificate2? certificate, TimeProvider time, ILogger logger)
    {
        _certificate = certificate;
        _time = time;
        _logger = logger;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    /// <summary>The port that was bound.</summary>
    internal int Port { get; }

    /// <summary>Starts to accept. Once.</summary>
    /// <param name="serve">Serves a connection to its end.</param>
    internal void Start(Func<AcceptedConnection, CancellationToken, Task> serve) => _accepting = AcceptAsync(serve);

    /// <summary>Accepts no more, gives the connections a second to end, and then cuts them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopAccepting.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        _listener.Dispose();

        using (_time.CreateTimer(static abort => ((CancellationTokenSource)abort!).Cancel(), _abort, GoodbyeTimeout, Timeout.InfiniteTimeSpan))
        {
            await _connections.WhenEmptyAsync().ConfigureAwait(false);
        }

        _slots.Dispose();
        _stopAccepting.Dispose();
        _abort.Dispose();
    }

    private async Task AcceptAsync(Func<AcceptedConnection, CancellationToken, Task> serve)
    {
        try
        {
            while (true)
            {
                await _slots.WaitAsync(_stopAccepting.Token).ConfigureAwait(false);
                var socket = await AcceptSocketAsync().ConfigureAwait(false);
                _connections.Run(() => ServeAsync(socket, serve));
            }
        }
        catch (OperationCanceledException) when (_stopAccepting.IsCancellationRequested)
        {
            // The way this ends.
        }
        catch (SocketException e)
        {
            // The listener itself is broken: nothing else can be done than to say so.
            _logger.ListenerFailed(e);
        }
    }

    private async Task<Socket> AcceptSocketAsync()
    {
        while (true)
        {
            try
            {
                return await _listener.AcceptSocketAsync(_stopAccepting.Token).ConfigureAwait(false);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                _logger.ConnectionEnded(e.Message);
            }
        }
    }

    /// <summary>The edge of a connection: whatever goes wrong in it, the others go on.</summary>
    private async Task ServeAsync(Socket socket, Func<AcceptedConnection, CancellationToken, Task> serve)
    {
        try
        {
            socket.NoDelay = true;
            var network = new NetworkStream(socket, ownsSocket: true);
            await using (network.ConfigureAwait(false))
            {
                var stream = await SecureAsync(network).ConfigureAwait(false);
                await using (stream.ConfigureAwait(false))
                {
                    await serve(new AcceptedConnection(stream, socket), _abort.Token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException
            or OperationCanceledException or ObjectDisposedException or System.Net.WebSockets.WebSocketException)
        {
            _logger.ConnectionEnded(e.Message);
        }
        catch (Exception e)
        {
            _logger.ConnectionFailed(e);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<Stream> SecureAsync(NetworkStream network)
    {
        if (_certificate is null)
        {
            return network;
        }

        using var timeout = new CancellationTokenSource(TlsHandshakeTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _abort.Token);
        var tls = new SslStream(network);
        try
        {
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificate = _certificate },
                either.Token).ConfigureAwait(false);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
