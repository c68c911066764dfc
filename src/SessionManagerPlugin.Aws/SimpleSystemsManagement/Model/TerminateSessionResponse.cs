using Amazon.Runtime;

namespace SessionManagerPlugin.Aws.SimpleSystemsManagement.Model;

/// <summary>The session that was ended.</summary>
internal sealed class TerminateSessionResponse : AmazonWebServiceResponse
{
    /// <summary>The session's id.</summary>
    internal string? SessionId { get; set; }
}
