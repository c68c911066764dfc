using System.Text.Json.Serialization;

namespace SessionManagerPlugin.Protocol.Payloads;

/// <summary>The terminal's size, sent at the start of a shell session and at each change.</summary>
/// <param name="Columns">Columns, <c>cols</c> on the wire.</param>
/// <param name="Rows">Rows, <c>rows</c> on the wire.</param>
public readonly record struct TerminalSize(
    [property: JsonPropertyName("cols")] uint Columns,
    [property: JsonPropertyName("rows")] uint Rows);
