using Amazon.Runtime;

namespace SessionManagerPlugin.Aws.SimpleSystemsManagement.Model;

/// <summary>The way back into a session; a session that is over has none.</summary>
internal sealed class ResumeSessionResponse : AmazonWebServiceResponse
{
    /// <summary>The session's id.</summary>
    internal string? SessionId { get; set; }

    /// <summary>The gateway's address.</summary>
    internal string? StreamUrl { get; set; }

    /// <summary>The token that opens the data channel. A secret.</summary>
    internal string? TokenValue { get; set; }
}
