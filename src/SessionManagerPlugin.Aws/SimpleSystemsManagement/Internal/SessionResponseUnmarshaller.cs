using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;

namespace SessionManagerPlugin.Aws.SimpleSystemsManagement.Internal;

/// <summary>Reads a response, or an error, in AWS JSON 1.1.</summary>
internal sealed class SessionResponseUnmarshaller : JsonResponseUnmarshaller
{
    private readonly Func<SessionResponseFields, AmazonWebServiceResponse> _make;

    private SessionResponseUnmarshaller(Func<SessionResponseFields, AmazonWebServiceResponse> make) => _make = make;

    /// <summary>An unmarshaller that makes its response with a function.</summary>
    internal static SessionResponseUnmarshaller For(Func<SessionResponseFields, AmazonWebServiceResponse> make) => new(make);

    /// <inheritdoc/>
    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
    {
        using var document = JsonDocument.Parse(input.Stream);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? _make(new SessionResponseFields(
                Text(document.RootElement, "SessionId"), Text(document.RootElement, "StreamUrl"), Text(document.RootElement, "TokenValue")))
            : throw new JsonException("not an object");
    }

    /// <inheritdoc/>
    public override AmazonServiceException UnmarshallException(
        JsonUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
    {
        var reader = new StreamingUtf8JsonReader(input.Stream);
        return new AmazonSimpleSystemsManagementException(
            JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(input, ref reader), innerException, statusCode);
    }

    private static string? Text(JsonElement response, string member) =>
        response.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
