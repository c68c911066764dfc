using System.Text.Json;
using Amazon.Runtime;

namespace SessionManagerPlugin.Aws.SimpleSystemsManagement.Model;

/// <summary>A request that writes its own members.</summary>
internal abstract class SessionRequest : AmazonWebServiceRequest
{
    /// <summary>Writes the members into the request's object.</summary>
    internal abstract void Write(Utf8JsonWriter writer);
}
