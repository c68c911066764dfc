using System.Text.Json;

namespace SessionManagerPlugin.Cli;

/// <summary>The values that connect takes, from the JSON argument or from options. Null is not given.</summary>
internal sealed record ConnectValues
{
    public string? SessionId { get; init; }

    public string? StreamUrl { get; init; }

    public string? TokenValue { get; init; }

    public string? Target { get; init; }

    public string? DocumentName { get; init; }

    public string? SessionType { get; init; }

    public string? ClientId { get; init; }

    /// <summary>The document's parameters, a JSON object.</summary>
    public string? Parameters { get; init; }

    public string? Profile { get; init; }

    public string? Region { get; init; }

    public string? EndpointUrl { get; init; }

    /// <summary>The members of a JSON object. Others are left alone.</summary>
    /// <exception cref="UsageException">A member is of the wrong kind.</exception>
    public static ConnectValues FromJson(JsonElement json, string name) => new()
    {
        SessionId = SessionResponse.Text(json, nameof(SessionId), name),
        StreamUrl = SessionResponse.Text(json, nameof(StreamUrl), name),
        TokenValue = SessionResponse.Text(json, nameof(TokenValue), name),
        Target = SessionResponse.Text(json, nameof(Target), name),
        DocumentName = SessionResponse.Text(json, nameof(DocumentName), name),
        SessionType = SessionResponse.Text(json, nameof(SessionType), name),
        ClientId = SessionResponse.Text(json, nameof(ClientId), name),
        Parameters = SessionResponse.Member(json, nameof(Parameters))?.GetRawText(),
        Profile = SessionResponse.Text(json, nameof(Profile), name),
        Region = SessionResponse.Text(json, nameof(Region), name),
        EndpointUrl = SessionResponse.Text(json, nameof(EndpointUrl), name),
    };

    /// <summary>These values where they are given, and others where they are not.</summary>
    public ConnectValues Over(ConnectValues others) => new()
    {
        SessionId = SessionId ?? others.SessionId,
        StreamUrl = StreamUrl ?? others.StreamUrl,
        TokenValue = TokenValue ?? others.TokenValue,
        Target = Target ?? others.Target,
        DocumentName = DocumentName ?? others.DocumentName,
        SessionType = SessionType ?? others.SessionType,
        ClientId = ClientId ?? others.ClientId,
        Parameters = Parameters ?? others.Parameters,
        Profile = Profile ?? others.Profile,
        Region = Region ?? others.Region,
        EndpointUrl = EndpointUrl ?? others.EndpointUrl,
    };

    /// <summary>Whether a value is given, by its name.</summary>
    public bool Has(string member) => member switch
    {
        nameof(SessionId) => SessionId,
        nameof(StreamUrl) => StreamUrl,
        nameof(TokenValue) => TokenValue,
        nameof(Target) => Target,
        nameof(SessionType) => SessionType,
        nameof(ClientId) => ClientId,
        nameof(Parameters) => Parameters,
        nameof(Region) => Region,
        nameof(EndpointUrl) => EndpointUrl,
        _ => null,
    } is not null;

    /// <summary>The values that describe the session itself.</summary>
    public SessionFields ToFields() => new()
    {
        SessionId = SessionId,
        StreamUrl = StreamUrl,
        TokenValue = TokenValue,
        Target = Target,
        SessionType = SessionType,
        ClientId = ClientId,
    };
}
