using System.Text.Json.Serialization;

namespace SessionManagerPlugin.Emulator.Service;

/// <summary>The API's serializers, made at compile time.</summary>
[JsonSourceGenerationOptions(MaxDepth = 32, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StartSessionRequest))]
[JsonSerializable(typeof(SessionRequest))]
[JsonSerializable(typeof(SessionResponse))]
[JsonSerializable(typeof(ErrorResponse))]
internal sealed partial class ServiceJsonContext : JsonSerializerContext;
