using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Emulator.Gateway;
using SessionManagerPlugin.Emulator.Service;

namespace SessionManagerPlugin.Emulator.Http;

/// <summary>Serves a connection: calls of the API, one after the other, or one upgrade to a data channel.</summary>
internal sealed class HttpConnection(ServiceApi api, GatewayEndpoint gateway, TimeProvider time, ILogger logger)
{
    /// <summary>How long a request may take to arrive, and a connection may wait for the next.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Serves a connection to its end.</summary>
    /// <exception cref="IOException">It broke.</exception>
    internal async Task ServeAsync(AcceptedConnection connection, CancellationToken cancellationToken)
    {
        var reader = new HttpRequestReader(connection.Stream);
        while (await TryServeRequestAsync(reader, connection, cancellationToken).ConfigureAwait(false))
        {
            // The next request comes on the same connection.
        }
    }

    /// <summary>Serves one request; false when the connection ends with it.</summary>
    private async Task<bool> TryServeRequestAsync(
        HttpRequestReader reader,
        AcceptedConnection connection,
        CancellationToken cancellationToken)
    {
        HttpRequestHead? head = null;
        try
        {
            using var timeout = new CancellationTokenSource(RequestTimeout, time);
            using var arrival = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            head = await reader.ReadHeadAsync(arrival.Token).ConfigureAwait(false);
            if (head is null)
            {
                return false;
            }

            if (GatewayEndpoint.IsMatch(head))
            {
                if (reader.HasBytesLeft)
                {
                    throw new HttpException(400, "The client has to wait for the upgrade.");
                }

                await gateway.ServeAsync(head, connection, cancellationToken).ConfigureAwait(false);
                return false;
            }

            var body = await reader.ReadBodyAsync(head, arrival.Token).ConfigureAwait(false);
            var response = await AnswerAsync(head, body, cancellationToken).ConfigureAwait(false);
            await (response with { IsLast = head.IsLast }).WriteAsync(connection.Stream, cancellationToken).ConfigureAwait(false);
            return !head.IsLast;
        }
        catch (HttpException e)
        {
            logger.RequestRefused(head?.Method ?? "?", head?.Path ?? "?", e.Status, e.Message);
            await (HttpResponse.Text(e.Status, e.Message) with { IsLast = true }).WriteAsync(connection.Stream, cancellationToken).ConfigureAwait(false);
            return false;
        }
    }

    private Task<HttpResponse> AnswerAsync(HttpRequestHead head, byte[] body, CancellationToken cancellationToken) =>
        (head.Path, head.Method) switch
        {
            ("/", "POST") => api.HandleAsync(head, body, cancellationToken),
            ("/", _) => throw new HttpException(405, "Calls of the API are POSTs."),
            _ => throw new HttpException(404, "There is nothing here."),
        };
}
