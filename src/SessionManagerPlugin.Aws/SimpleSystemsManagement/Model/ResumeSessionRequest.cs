using System.Text.Json;

namespace SessionManagerPlugin.Aws.SimpleSystemsManagement.Model;

/// <summary>Asks for a new token for a session.</summary>
internal sealed class ResumeSessionRequest : SessionRequest
{
    /// <summary>The session's id.</summary>
    internal required string SessionId { get; set; }

    /// <inheritdoc/>
    internal override void Write(Utf8JsonWriter writer) => writer.WriteString(nameof(SessionId), SessionId);
}
