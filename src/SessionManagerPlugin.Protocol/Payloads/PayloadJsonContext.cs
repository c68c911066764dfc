using System.Text.Json.Serialization;

namespace SessionManagerPlugin.Protocol.Payloads;

/// <summary>The serializers of every payload, made at compile time.</summary>
[JsonSourceGenerationOptions(MaxDepth = 32, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(OpenDataChannel))]
[JsonSerializable(typeof(TerminalSize))]
[JsonSerializable(typeof(ChannelClosed))]
[JsonSerializable(typeof(HandshakeRequest))]
[JsonSerializable(typeof(SessionTypeParameters))]
[JsonSerializable(typeof(HandshakeResponse))]
[JsonSerializable(typeof(HandshakeComplete))]
[JsonSerializable(typeof(EncryptionChallenge))]
[JsonSerializable(typeof(AgentSessionState))]
internal sealed partial class PayloadJsonContext : JsonSerializerContext;
