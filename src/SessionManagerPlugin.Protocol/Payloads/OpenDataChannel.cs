using System.Text.Json.Serialization;

namespace SessionManagerPlugin.Protocol.Payloads;

/// <summary>
/// The first message on a new connection, sent as WebSocket text: it shows the token that StartSession or ResumeSession gave.
/// </summary>
/// <param name="MessageSchemaVersion">Always <see cref="CurrentSchemaVersion"/>.</param>
/// <param name="RequestId">A new UUID for every connection.</param>
/// <param name="TokenValue">The token. A secret: it may not be logged.</param>
/// <param name="ClientId">A UUID, the same for the whole session.</param>
/// <param name="ClientVersion">The client's version, four numbers. The service and the agent compare it.</param>
public sealed record OpenDataChannel(
    [property: JsonRequired] string MessageSchemaVersion,
    [property: JsonRequired] string RequestId,
    [property: JsonRequired] string TokenValue,
    [property: JsonRequired] string ClientId,
    [property: JsonRequired] string ClientVersion)
{
    /// <summary>The schema version that is spoken: 1.0.</summary>
    public const string CurrentSchemaVersion = "1.0";

    /// <summary>Names the record without its token.</summary>
    public override string ToString() => $"OpenDataChannel {{ RequestId = {RequestId}, ClientId = {ClientId}, ClientVersion = {ClientVersion} }}";
}
