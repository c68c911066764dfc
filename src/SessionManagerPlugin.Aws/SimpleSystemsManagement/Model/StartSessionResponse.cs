using Amazon.Runtime;

namespace SessionManagerPlugin.Aws.SimpleSystemsManagement.Model;

/// <summary>The session that was started.</summary>
internal sealed class StartSessionResponse : AmazonWebServiceResponse
{
    /// <summary>The session's id.</summary>
    internal string? SessionId { get; set; }

    /// <summary>The gateway's address.</summary>
    internal string? StreamUrl { get; set; }

    /// <summary>The token that opens the data channel. A secret.</summary>
    internal string? TokenValue { get; set; }
}
