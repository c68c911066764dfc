using System.CommandLine;

namespace SessionManagerPlugin.Cli;

/// <summary>The options of connect.</summary>
internal sealed class ConnectOptions
{
    private readonly Option<string?> _sessionId = Make("SessionId", "The session's id.");
    private readonly Option<string?> _streamUrl = Make("StreamUrl", "The gateway's URL, wss://…");
    private readonly Option<string?> _tokenValue = Make(
        "TokenValue", "The session's token. Other users of this machine can see it here; the environment variable is safer.");
    private readonly Option<string?> _target = Make("Target", "The target that the session is on, such as i-0123456789abcdef0.");
    private readonly Option<string?> _documentName = Make("DocumentName", "The document that the session was started with.");
    private readonly Option<string?> _sessionType = Make(
        "SessionType", "What the session is when the agent does not say: Standard_Stream, InteractiveCommands, NonInteractiveCommands.");
    private readonly Option<string?> _clientId = Make("ClientId", "The UUID by which this client names itself; a new one if left out.");
    private readonly Option<string?> _parameters = Make("Parameters", "The document's parameters as a JSON object.");
    private readonly Option<string?> _profile = Make("Profile", "The profile whose credentials to use.");
    private readonly Option<string?> _region = Make("Region", "The region, such as eu-west-1.");
    private readonly Option<string?> _endpointUrl = Make("EndpointUrl", "The Systems Manager API's URL, if not the region's own.");

    /// <summary>An option's name from that of its value: SessionId is --session-id.</summary>
    public static string NameOf(string member) =>
        "--" + string.Concat(member.Select(static (c, i) => char.IsUpper(c) && i > 0 ? "-" + c : c.ToString())).ToLowerInvariant();

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (ReadOnlySpan<Option<string?>>)
            [_sessionId, _streamUrl, _tokenValue, _target, _documentName, _sessionType, _clientId, _parameters, _profile, _region, _endpointUrl])
        {
            command.Add(option);
        }
    }

    /// <summary>The values that were given.</summary>
    public ConnectValues Read(ParseResult parsed) => new()
    {
        SessionId = parsed.GetValue(_sessionId),
        StreamUrl = parsed.GetValue(_streamUrl),
        TokenValue = parsed.GetValue(_tokenValue),
        Target = parsed.GetValue(_target),
        DocumentName = parsed.GetValue(_documentName),
        SessionType = parsed.GetValue(_sessionType),
        ClientId = parsed.GetValue(_clientId),
        Parameters = parsed.GetValue(_parameters),
        Profile = parsed.GetValue(_profile),
        Region = parsed.GetValue(_region),
        EndpointUrl = parsed.GetValue(_endpointUrl),
    };

    private static Option<string?> Make(string member, string description) => new(NameOf(member)) { Description = description };
}
