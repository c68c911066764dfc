using System.Text.Json.Serialization;

namespace SessionManagerPlugin.Emulator.Service;

/// <summary>An error in the form of AWS JSON 1.1.</summary>
internal sealed record ErrorResponse(
    [property: JsonPropertyName("__type")] string Type,
    [property: JsonPropertyName("message")] string Message);
