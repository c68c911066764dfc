using System.Text.Json;
using System.Text.Json.Serialization;

namespace SessionManagerPlugin.Tests.Protocol;

/// <summary>
/// A client message captured on the wire, with what an independent decoder read from it. They stand in <c>vectors.json</c>.
/// </summary>
public sealed record Vector(
    string From,
    string Hex,
    string MessageType,
    uint SchemaVersion,
    ulong CreatedDate,
    long SequenceNumber,
    ulong Flags,
    Guid MessageId,
    string Digest,
    uint PayloadType,
    string PayloadHex)
{
    private static readonly VectorFile File = Load();
    private static readonly Dictionary<string, Vector> ByName = File.Messages.Index().ToDictionary(v => NameOf(v.Index, v.Item), v => v.Item);

    public static IEnumerable<Vector> All => ByName.Values;

    /// <summary>The names as theory data: a test's report then says which message it was.</summary>
    public static TheoryData<string> Names => [.. ByName.Keys];

    /// <summary>The opening message of the Go client, as JSON.</summary>
    public static string OpenDataChannel => File.OpenDataChannel.GetRawText();

    [JsonIgnore]
    public byte[] Bytes => Convert.FromHexString(Hex);

    [JsonIgnore]
    public byte[] Payload => Convert.FromHexString(PayloadHex);

    public static Vector Named(string name) => ByName[name];

    public static TheoryData<string> NamesWhere(Func<Vector, bool> predicate) =>
        [.. ByName.Where(pair => predicate(pair.Value)).Select(pair => pair.Key)];

    private static string NameOf(int index, Vector vector) => $"{index} {vector.From}: {vector.MessageType}, payload {vector.PayloadType}";

    private static VectorFile Load()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "vectors.json");
        return JsonSerializer.Deserialize<VectorFile>(System.IO.File.ReadAllBytes(path), JsonSerializerOptions.Web)!;
    }

    private sealed record VectorFile(JsonElement OpenDataChannel, IReadOnlyList<Vector> Messages);
}
