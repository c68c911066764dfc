using Amazon.Runtime;
using Amazon.Runtime.Internal;
using SessionManagerPlugin.Aws.SimpleSystemsManagement.Internal;
using SessionManagerPlugin.Aws.SimpleSystemsManagement.Model;

namespace SessionManagerPlugin.Aws.SimpleSystemsManagement;

/// <summary>The three operations of Systems Manager that make and keep sessions. Signing, retries and errors are the SDK's.</summary>
internal sealed class AmazonSimpleSystemsManagementClient(AWSCredentials credentials, AmazonSimpleSystemsManagementConfig clientConfig)
    : AmazonServiceClient(credentials, clientConfig)
{
    /// <summary>Off: responses hold tokens.</summary>
    protected override bool SupportResponseLogging => false;

    /// <summary>Starts a session on a target.</summary>
    internal Task<StartSessionResponse> StartSessionAsync(StartSessionRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<StartSessionResponse>(
            request,
            new InvokeOptions
            {
                RequestMarshaller = new SessionRequestMarshaller("StartSession"),
                ResponseUnmarshaller = SessionResponseUnmarshaller.For(static fields => new StartSessionResponse
                {
                    SessionId = fields.SessionId,
                    StreamUrl = fields.StreamUrl,
                    TokenValue = fields.TokenValue,
                }),
            },
            cancellationToken);

    /// <summary>Asks for a new token for a session that lost its connection.</summary>
    internal Task<ResumeSessionResponse> ResumeSessionAsync(ResumeSessionRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<ResumeSessionResponse>(
            request,
            new InvokeOptions
            {
                RequestMarshaller = new SessionRequestMarshaller("ResumeSession"),
                ResponseUnmarshaller = SessionResponseUnmarshaller.For(static fields => new ResumeSessionResponse
                {
                    SessionId = fields.SessionId,
                    StreamUrl = fields.StreamUrl,
                    TokenValue = fields.TokenValue,
                }),
            },
            cancellationToken);

    /// <summary>Ends a session.</summary>
    internal Task<TerminateSessionResponse> TerminateSessionAsync(TerminateSessionRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<TerminateSessionResponse>(
            request,
            new InvokeOptions
            {
                RequestMarshaller = new SessionRequestMarshaller("TerminateSession"),
                ResponseUnmarshaller = SessionResponseUnmarshaller.For(
                    static fields => new TerminateSessionResponse { SessionId = fields.SessionId }),
            },
            cancellationToken);

    /// <inheritdoc/>
    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Marshaller>(new AmazonSimpleSystemsManagementEndpointResolver());
        pipeline.AddHandlerAfter<Marshaller>(new AmazonSimpleSystemsManagementAuthSchemeHandler());
    }
}
