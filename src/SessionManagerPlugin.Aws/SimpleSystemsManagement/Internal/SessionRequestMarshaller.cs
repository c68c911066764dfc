using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using SessionManagerPlugin.Aws.SimpleSystemsManagement.Model;

namespace SessionManagerPlugin.Aws.SimpleSystemsManagement.Internal;

/// <summary>Writes a request in AWS JSON 1.1.</summary>
internal sealed class SessionRequestMarshaller(string operation) : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    /// <inheritdoc/>
    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var body = new MemoryStream();
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            ((SessionRequest)input).Write(writer);
            writer.WriteEndObject();
        }

        return new DefaultRequest(input, "Amazon.SimpleSystemsManagement")
        {
            HttpMethod = "POST",
            ResourcePath = "/",
            Content = body.ToArray(),
            Headers =
            {
                ["X-Amz-Target"] = $"AmazonSSM.{operation}",
                ["Content-Type"] = "application/x-amz-json-1.1",
                ["x-amz-api-version"] = "2014-11-06",
            },
        };
    }
}
