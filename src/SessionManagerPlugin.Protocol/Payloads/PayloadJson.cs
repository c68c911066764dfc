using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SessionManagerPlugin.Protocol.Payloads;

/// <summary>
/// Payloads as JSON. Reading takes any bytes: what is not JSON of the record's form gives false and a reason, never an exception.
/// </summary>
public static class PayloadJson
{
    // Texts such as "it's <b>" go out as they are: the readers are programs, not web pages, and the public client's bytes are matched.
    private static readonly PayloadJsonContext Context = new(new JsonSerializerOptions(PayloadJsonContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Form of <see cref="Payloads.OpenDataChannel"/>.</summary>
    public static JsonTypeInfo<OpenDataChannel> OpenDataChannel => Context.OpenDataChannel;

    /// <summary>Form of <see cref="Payloads.TerminalSize"/>.</summary>
    public static JsonTypeInfo<TerminalSize> TerminalSize => Context.TerminalSize;

    /// <summary>Form of <see cref="Payloads.ChannelClosed"/>.</summary>
    public static JsonTypeInfo<ChannelClosed> ChannelClosed => Context.ChannelClosed;

    /// <summary>Form of <see cref="Payloads.HandshakeRequest"/>.</summary>
    public static JsonTypeInfo<HandshakeRequest> HandshakeRequest => Context.HandshakeRequest;

    /// <summary>Form of <see cref="Payloads.SessionTypeParameters"/>.</summary>
    public static JsonTypeInfo<SessionTypeParameters> SessionTypeParameters => Context.SessionTypeParameters;

    /// <summary>Form of <see cref="Payloads.HandshakeResponse"/>.</summary>
    public static JsonTypeInfo<HandshakeResponse> HandshakeResponse => Context.HandshakeResponse;

    /// <summary>Form of <see cref="Payloads.HandshakeComplete"/>.</summary>
    public static JsonTypeInfo<HandshakeComplete> HandshakeComplete => Context.HandshakeComplete;

    /// <summary>Form of <see cref="Payloads.EncryptionChallenge"/>.</summary>
    public static JsonTypeInfo<EncryptionChallenge> EncryptionChallenge => Context.EncryptionChallenge;

    /// <summary>Form of <see cref="Payloads.AgentSessionState"/>.</summary>
    public static JsonTypeInfo<AgentSessionState> AgentSessionState => Context.AgentSessionState;

    /// <summary>Writes a payload as UTF-8.</summary>
    public static byte[] Write<T>(T value, JsonTypeInfo<T> form) => JsonSerializer.SerializeToUtf8Bytes(value, form);

    /// <summary>Reads a payload.</summary>
    /// <param name="payload">Bytes from the wire.</param>
    /// <param name="form">One of this class's forms.</param>
    /// <param name="value">The record, when the result is true.</param>
    /// <param name="error">
    /// Where and why the bytes are not of this form, when the result is false; it does not quote the payload.
    /// </param>
    public static bool TryRead<T>(
        ReadOnlySpan<byte> payload,
        JsonTypeInfo<T> form,
        [NotNullWhen(true)] out T? value,
        [NotNullWhen(false)] out string? error)
    {
        try
        {
            value = JsonSerializer.Deserialize(payload, form);
            error = value is null ? "the JSON is null" : null;
            return value is not null;
        }
        catch (JsonException e)
        {
            value = default;
            error = Describe(e);
            return false;
        }
    }

    /// <summary>Reads a part of a payload, such as an action's parameters. As <see cref="TryRead{T}(ReadOnlySpan{byte}, JsonTypeInfo{T}, out T, out string)"/>.</summary>
    public static bool TryRead<T>(
        JsonElement element,
        JsonTypeInfo<T> form,
        [NotNullWhen(true)] out T? value,
        [NotNullWhen(false)] out string? error)
    {
        if (element.ValueKind == JsonValueKind.Undefined)
        {
            value = default;
            error = "it is missing";
            return false;
        }

        try
        {
            value = element.Deserialize(form);
            error = value is null ? "the JSON is null" : null;
            return value is not null;
        }
        catch (JsonException e)
        {
            value = default;
            error = Describe(e);
            return false;
        }
    }

    // JsonException's own message can quote the input, and so can its path, which has the names of unknown members. The position is
    // enough to find the fault.
    private static string Describe(JsonException e) => $"not the JSON expected in line {e.LineNumber + 1}, at byte {e.BytePositionInLine}";
}
