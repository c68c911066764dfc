using Amazon.Runtime;
using Amazon.Runtime.Internal;
using SessionManagerPlugin.Aws.SimpleSystemsManagement;
using SessionManagerPlugin.Aws.SimpleSystemsManagement.Model;
using SessionManagerPlugin.Core;
using SessionManagerPlugin.Core.Abstractions;

namespace SessionManagerPlugin.Aws;

/// <summary>
/// Systems Manager's API for a running session. Making one costs nothing: credentials, region and endpoint are looked for by the first
/// call, which most sessions never make.
/// </summary>
public sealed class AwsSessionApi : ISessionApi, IDisposable
{
    private readonly AwsOptions _options;
    private readonly ClientFactory _factory;
    private AmazonSimpleSystemsManagementClient? _client;

    /// <summary>The API, with this process's environment.</summary>
    public AwsSessionApi(AwsOptions options)
        : this(options, Environment.GetEnvironmentVariable)
    {
    }

    /// <summary>The API, with an environment of its own for what this project reads. The SDK's own settings stay the process's.</summary>
    internal AwsSessionApi(AwsOptions options, Func<string, string?> environment)
    {
        _options = options;
        _factory = new ClientFactory(options, environment);
    }

    /// <inheritdoc/>
    public async Task<ResumedSession?> ResumeAsync(string sessionId, CancellationToken cancellationToken)
    {
        const string Operation = "ResumeSession";
        var request = Named(new ResumeSessionRequest { SessionId = sessionId });
        var response = await CallAsync(
            Operation, sessionId, (client, cancellation) => client.ResumeSessionAsync(request, cancellation), cancellationToken)
            .ConfigureAwait(false);
        if (string.IsNullOrEmpty(response?.TokenValue))
        {
            return null;
        }

        return Uri.TryCreate(response.StreamUrl, UriKind.Absolute, out var url) && url.Scheme is "ws" or "wss" && url.Host.Length > 0
            ? new ResumedSession(url, response.TokenValue)
            : throw new SessionApiException($"{Operation} of session {sessionId} failed: the answer has no usable StreamUrl.", isFinal: true);
    }

    /// <inheritdoc/>
    public Task TerminateAsync(string sessionId, CancellationToken cancellationToken)
    {
        var request = Named(new TerminateSessionRequest { SessionId = sessionId });
        return CallAsync(
            "TerminateSession", sessionId, (client, cancellation) => client.TerminateSessionAsync(request, cancellation), cancellationToken);
    }

    /// <summary>Gives the client back, if there is one.</summary>
    public void Dispose() => Forget();

    /// <summary>Makes a call within its time.</summary>
    /// <returns>The response; null when the service knows no such session.</returns>
    private async Task<TResponse?> CallAsync<TResponse>(
        string operation,
        string sessionId,
        Func<AmazonSimpleSystemsManagementClient, CancellationToken, Task<TResponse>> call,
        CancellationToken cancellationToken)
        where TResponse : AmazonWebServiceResponse
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.CallTimeout);
        try
        {
            // The SDK has no way to cancel the refreshing of credentials, which may run a program; so the wait for it is left.
            return await CallAsync(call, limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception e) when (e is not SessionApiException
            && (limit.IsCancellationRequested || e is TimeoutException or OperationCanceledException))
        {
            throw ApiFailure.TimedOut(operation, sessionId, _options.CallTimeout, e);
        }
        catch (AmazonServiceException e) when (ApiErrorCodes.IsUnknownSession(e.ErrorCode))
        {
            return null;
        }
        catch (Exception e) when (e is not SessionApiException)
        {
            throw ApiFailure.Describe(operation, sessionId, e);
        }
    }

    private async Task<TResponse> CallAsync<TResponse>(
        Func<AmazonSimpleSystemsManagementClient, CancellationToken, Task<TResponse>> call, CancellationToken cancellationToken)
    {
        if (_client is not null)
        {
            try
            {
                return await call(_client, cancellationToken).ConfigureAwait(false);
            }
            catch (AmazonServiceException e) when (ApiErrorCodes.IsExpired(e.ErrorCode))
            {
                // A session outlives an hour's credentials, and the user may have signed in again meanwhile.
                Forget();
            }
        }

        _client = await _factory.CreateAsync(cancellationToken).ConfigureAwait(false);
        return await call(_client, cancellationToken).ConfigureAwait(false);
    }

    private void Forget()
    {
        _client?.Dispose();
        _client = null;
    }

    private static TRequest Named<TRequest>(TRequest request)
        where TRequest : AmazonWebServiceRequest
    {
        ((IAmazonWebServiceRequest)request).UserAgentDetails.AddUserAgentComponent($"session-manager-plugin/{PluginVersion.Text}");
        return request;
    }
}
