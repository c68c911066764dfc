using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Emulator.Gateway;
using SessionManagerPlugin.Emulator.Http;

namespace SessionManagerPlugin.Emulator.Service;

/// <summary>The service's API, AWS JSON 1.1: StartSession, ResumeSession, TerminateSession.</summary>
/// <param name="sessions">The sessions.</param>
/// <param name="authorizer">Judges the requests' signatures.</param>
/// <param name="gatewayUrl">What the URL of a data channel begins with, such as <c>ws://127.0.0.1:41234</c>.</param>
/// <param name="logger">The log.</param>
internal sealed class ServiceApi(SessionRegistry sessions, IRequestAuthorizer authorizer, string gatewayUrl, ILogger logger)
{
    private const string ContentType = "application/x-amz-json-1.1";
    private const string TargetPrefix = "AmazonSSM.";

    /// <summary>Answers a call.</summary>
    internal async Task<HttpResponse> HandleAsync(HttpRequestHead head, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var target = head.Headers["X-Amz-Target"] ?? "";
        HttpResponse response;
        try
        {
            if (authorizer.Authorize(head, body) is { } refusal)
            {
                throw new ServiceException(refusal);
            }

            var result = await CallAsync(target, body, cancellationToken).ConfigureAwait(false);
            response = Respond(200, result, ServiceJsonContext.Default.SessionResponse);
        }
        catch (ServiceException e)
        {
            response = Respond(
                e.Error.Status,
                new ErrorResponse(e.Error.Type, e.Error.Message),
                ServiceJsonContext.Default.ErrorResponse);
        }

        logger.ServiceCall(target, response.Status);
        return response;
    }

    private async Task<SessionResponse> CallAsync(string target, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var operation = target.StartsWith(TargetPrefix, StringComparison.Ordinal) ? target[TargetPrefix.Length..] : "";
        switch (operation)
        {
            case "StartSession":
                return StartSession(Read(body, ServiceJsonContext.Default.StartSessionRequest));
            case "ResumeSession":
                return ResumeSession(ReadSessionId(body));
            case "TerminateSession":
                return await TerminateSessionAsync(ReadSessionId(body), cancellationToken).ConfigureAwait(false);
            default:
                throw new ServiceException(ServiceError.UnknownOperation());
        }
    }

    private SessionResponse StartSession(StartSessionRequest request)
    {
        var session = sessions.Start(request);
        return new SessionResponse(session.Id, StreamUrl(session.Id), session.Channel.Token);
    }

    private SessionResponse ResumeSession(string id)
    {
        if (sessions.Find(id) is { } session)
        {
            return session.Ended.IsCompleted
                ? new SessionResponse(id)
                : new SessionResponse(id, StreamUrl(id), session.Channel.RenewToken());
        }

        return sessions.HasEnded(id) ? new SessionResponse(id) : throw new ServiceException(ServiceError.UnknownSession(id));
    }

    private async Task<SessionResponse> TerminateSessionAsync(string id, CancellationToken cancellationToken)
    {
        if (sessions.Find(id) is { } session)
        {
            session.End();
            await session.Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (!sessions.HasEnded(id))
        {
            throw new ServiceException(ServiceError.UnknownSession(id));
        }

        return new SessionResponse(id);
    }

    private string StreamUrl(string sessionId) => gatewayUrl + GatewayEndpoint.DataChannelPath(sessionId);

    private static string ReadSessionId(ReadOnlyMemory<byte> body) =>
        Read(body, ServiceJsonContext.Default.SessionRequest).SessionId is { Length: > 0 } id
            ? id
            : throw new ServiceException(ServiceError.Missing("sessionId"));

    private static T Read<T>(ReadOnlyMemory<byte> body, JsonTypeInfo<T> form)
    {
        try
        {
            return JsonSerializer.Deserialize(body.Span, form) ?? throw new ServiceException(ServiceError.NotJson("it is null"));
        }
        catch (JsonException e)
        {
            throw new ServiceException(ServiceError.NotJson($"not the JSON expected at {e.Path ?? "$"}"));
        }
    }

    private static HttpResponse Respond<T>(int status, T value, JsonTypeInfo<T> form) =>
        new(status, ContentType, JsonSerializer.SerializeToUtf8Bytes(value, form))
        {
            Headers = [new("x-amzn-RequestId", Guid.NewGuid().ToString())],
        };
}
