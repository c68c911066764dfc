using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace SessionManagerPlugin.EndToEndTests.Fixtures;

/// <summary>What StartSession answered.</summary>
internal sealed record StartedSession(string SessionId, string StreamUrl, string TokenValue)
{
    /// <summary>As callers pass it on.</summary>
    [JsonIgnore]
    public string Json => JsonSerializer.Serialize(this);

    /// <summary>With members that begin with a small letter.</summary>
    [JsonIgnore]
    public string CamelCaseJson => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    /// <summary>The emulator's API, which stands where its gateway does.</summary>
    [JsonIgnore]
    public string Endpoint
    {
        get
        {
            var gateway = new Uri(StreamUrl);
            return $"{(gateway.Scheme == "wss" ? "https" : "http")}://{gateway.Authority}";
        }
    }

    public static StartedSession Parse(string json)
    {
        var members = JsonNode.Parse(json)!;
        return new StartedSession((string)members[nameof(SessionId)]!, (string)members[nameof(StreamUrl)]!, (string)members[nameof(TokenValue)]!);
    }
}
