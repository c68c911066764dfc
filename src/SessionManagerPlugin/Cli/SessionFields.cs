using System.Text.Json;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Cli;

/// <summary>
/// The values that describe a session, each with the name by which the user gave it, and their checks. A check that fails throws
/// <see cref="UsageException"/>, which names the value and says what it should be.
/// </summary>
internal sealed class SessionFields
{
    private const int MaxSessionIdLength = 256;

    private static readonly string[] SessionTypes =
    [
        SessionTypeName.StandardStream,
        SessionTypeName.InteractiveCommands,
        SessionTypeName.NonInteractiveCommands,
    ];

    public string? SessionId { get; set; }

    public string? StreamUrl { get; set; }

    public string? TokenValue { get; set; }

    public string? Target { get; set; }

    public string? SessionType { get; set; }

    public string? ClientId { get; set; }

    /// <summary>Checks the fields and makes the session's description of them.</summary>
    /// <param name="nameOf">
    /// How the user knows a field, from its name in the API: "--session-id", or "'SessionId' of argument 1".
    /// </param>
    public SessionDescription ToDescription(Func<string, string> nameOf) => new()
    {
        SessionId = CheckSessionId(Require(SessionId, nameOf("SessionId")), nameOf("SessionId")),
        StreamUrl = CheckStreamUrl(Require(StreamUrl, nameOf("StreamUrl")), nameOf("StreamUrl")),
        TokenValue = Require(TokenValue, nameOf("TokenValue")),
        Target = CheckTarget(Target, nameOf("Target")),
        SessionType = CheckSessionType(SessionType, nameOf("SessionType")),
        ClientId = CheckClientId(ClientId, nameOf("ClientId")),
    };

    /// <summary>Checks a target's name; null stays null.</summary>
    public static string? CheckTarget(string? target, string name)
    {
        if (target is not null && (string.IsNullOrWhiteSpace(target) || target.Any(char.IsControl)))
        {
            throw new UsageException($"{name} should be a target such as i-0123456789abcdef0; it is empty or has control characters");
        }

        return target;
    }

    /// <summary>Checks a region's name; null and empty are no region.</summary>
    public static string? CheckRegion(string? region, string name)
    {
        if (string.IsNullOrEmpty(region))
        {
            return null;
        }

        return region.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-')
            ? region
            : throw new UsageException($"{name} should be a region such as eu-west-1");
    }

    /// <summary>Checks the API's endpoint; null and empty are none.</summary>
    public static Uri? CheckEndpoint(string? endpoint, string name)
    {
        if (string.IsNullOrEmpty(endpoint))
        {
            return null;
        }

        // wss, because Packer gives the StreamUrl here.
        return Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "ws" or "wss" && uri.Host.Length > 0
            ? uri
            : throw new UsageException($"{name} should be a URL such as https://ssm.eu-west-1.amazonaws.com");
    }

    /// <summary>Checks that a text is one JSON object.</summary>
    public static JsonElement ParseObject(string json, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                CheckNames(document.RootElement, name);
                return document.RootElement.Clone();
            }
        }
        catch (JsonException e)
        {
            // The exception's own text can quote the JSON, and the JSON can hold a token.
            throw new UsageException(
                $"{name} should be a JSON object; it is not JSON at line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}");
        }

        throw new UsageException($"{name} should be a JSON object; it is JSON of another kind");
    }

    /// <summary>The parser leaves a name's escapes as they are, and whoever looks for a name finds later that one is no character.</summary>
    private static void CheckNames(JsonElement element, string name)
    {
        try
        {
            foreach (var member in element.EnumerateObject())
            {
                _ = member.Name;
            }
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            throw new UsageException($"{name} should be a JSON object; the name of a member has an escape that is no character");
        }
    }

    private static string Require(string? value, string name) =>
        string.IsNullOrEmpty(value) ? throw new UsageException($"{name} is missing or empty") : value;

    private static string CheckSessionId(string sessionId, string name) =>
        sessionId.Length <= MaxSessionIdLength && !sessionId.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c))
            ? sessionId
            : throw new UsageException($"{name} should be a session id such as user-0123456789abcdef0");

    private static Uri CheckStreamUrl(string streamUrl, string name) =>
        Uri.TryCreate(streamUrl, UriKind.Absolute, out var uri) && uri.Scheme is "ws" or "wss" && uri.Host.Length > 0
            ? uri
            : throw new UsageException($"{name} should be a URL that begins with wss:// (or ws:// for a local gateway)");

    private static string? CheckSessionType(string? sessionType, string name)
    {
        if (string.IsNullOrEmpty(sessionType))
        {
            return null;
        }

        return SessionTypes.Contains(sessionType, StringComparer.Ordinal)
            ? sessionType
            : throw new UsageException($"{name} should be one of {string.Join(", ", SessionTypes)}");
    }

    private static string CheckClientId(string? clientId, string name)
    {
        if (string.IsNullOrEmpty(clientId))
        {
            return Guid.NewGuid().ToString();
        }

        return clientId.Any(char.IsControl)
            ? throw new UsageException($"{name} should be a UUID; it has control characters")
            : clientId;
    }
}
