using System.Net;
using System.Net.WebSockets;
using System.Security.Authentication;
using SessionManagerPlugin.Core.Options;

namespace SessionManagerPlugin.Core.Transport;

/// <summary>
/// Connects to a gateway: TCP, TLS for wss, and the upgrade to a WebSocket, by the platform's HTTP client, which also knows proxies.
/// </summary>
public sealed class WebSocketConnector : ITransportConnector
{
    private readonly TransportOptions _options;
    private readonly TimeProvider _time;

    /// <summary>A connector with its bounds.</summary>
    public WebSocketConnector(TransportOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
    }

    /// <inheritdoc/>
    public async Task<IMessageTransport> ConnectAsync(Uri streamUrl, CancellationToken cancellationToken)
    {
        BatchingStream? stream = null;
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = _options.ConnectTimeout,
            UseCookies = false,

            // The token goes to the host that StartSession named, and to no other that this one names.
            AllowAutoRedirect = false,
            PlaintextStreamFilter = (context, _) =>
            {
                stream = new BatchingStream(context.PlaintextStream, _time);
                return ValueTask.FromResult<Stream>(stream);
            },
        };
        var http = new HttpMessageInvoker(handler, disposeHandler: true);
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = _options.PingInterval;

        // A timeout makes the keep-alive a ping and not a pong without a question. The time is out of reach on purpose: while the local
        // end is slow the connection is not read, and an unread pong is no sign of a dead peer.
        socket.Options.KeepAliveTimeout = TimeSpan.FromDays(1);
        socket.Options.CollectHttpResponseDetails = true;

        // Its own timer may fire while it is being disposed.
        using var patience = new CancellationTokenSource(_options.ConnectTimeout, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await socket.ConnectAsync(streamUrl, http, limit.Token).ConfigureAwait(false);
            return new WebSocketTransport(socket, stream!, Host(streamUrl), _options, _time, http);
        }
        catch (Exception e)
        {
            var status = socket.HttpStatusCode;
            socket.Dispose();
            http.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            if (e is WebSocketException or HttpRequestException or OperationCanceledException or IOException)
            {
                throw NotConnected(streamUrl, status, e);
            }

            throw;
        }
    }

    private TransportException NotConnected(Uri streamUrl, HttpStatusCode status, Exception failure)
    {
        var host = Host(streamUrl);
        if (failure is OperationCanceledException)
        {
            return new TransportException(
                TransportFailure.NotConnected, $"no answer from {host} within {_options.ConnectTimeout.TotalSeconds:0.#} s", failure);
        }

        // TLS that is refused for its certificate is refused again.
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException)
            {
                return new TransportException(
                    TransportFailure.NotConnectable, $"TLS with {host} failed: {FailureText.Of(cause)}", failure);
            }
        }

        if ((int)status >= 100 && status != HttpStatusCode.SwitchingProtocols)
        {
            return new TransportException(
                TransportFailure.NotConnected, $"{host} answered the connection with HTTP status {(int)status} ({status})", failure);
        }

        return new TransportException(TransportFailure.NotConnected, $"{host} cannot be reached: {FailureText.Of(failure)}", failure);
    }

    /// <summary>Only this of a StreamUrl is shown: the path and the query can carry a signature.</summary>
    private static string Host(Uri streamUrl) => streamUrl.IsDefaultPort ? streamUrl.Host : streamUrl.Authority;
}
