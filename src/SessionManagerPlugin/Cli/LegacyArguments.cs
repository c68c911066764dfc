using System.Text.Json;

namespace SessionManagerPlugin.Cli;

/// <summary>
/// The positional form, by which AWS CLI and others start the program:
/// <c>RESPONSE REGION StartSession [PROFILE [REQUEST [ENDPOINT]]]</c>. Read by hand, so that no session pays for a parser.
/// </summary>
internal static class LegacyArguments
{
    private const int MinCount = 3;
    private const int MaxCount = 6;
    private const string StartSession = "StartSession";

    private const string ResponseName = "argument 1 (the StartSession response)";
    private const string RegionName = "argument 2 (the region)";
    private const string OperationName = "argument 3 (the operation)";
    private const string RequestName = "argument 5 (the StartSession request)";
    private const string EndpointName = "argument 6 (the API endpoint)";

    /// <summary>
    /// Whether the arguments are of this form, well-formed or not: the first is a response and more follow, or the third is the
    /// operation. An option among the first two says that they are of the other form.
    /// </summary>
    public static bool IsPositional(IReadOnlyList<string> arguments)
    {
        if (arguments.Count < 2 || arguments[0].StartsWith('-') || arguments[1].StartsWith('-'))
        {
            return false;
        }

        return SessionResponse.IsResponse(arguments[0]) || (arguments.Count >= MinCount && arguments[2] == StartSession);
    }

    /// <summary>Reads and checks the arguments.</summary>
    /// <exception cref="UsageException">An argument is missing or malformed.</exception>
    public static SessionArguments Parse(IReadOnlyList<string> arguments, IEnvironment environment)
    {
        if (arguments.Count < MinCount)
        {
            throw new UsageException($"{OperationName} is missing; it should be {StartSession}, behind the response and the region");
        }

        if (arguments.Count > MaxCount)
        {
            throw new UsageException($"there are {arguments.Count} arguments; this form has {MinCount} to {MaxCount}");
        }

        if (arguments[2] != StartSession)
        {
            throw new UsageException($"Invalid Operation: {OperationName} should be {StartSession}");
        }

        var region = SessionFields.CheckRegion(arguments[1], RegionName);
        var endpoint = SessionFields.CheckEndpoint(arguments.ElementAtOrDefault(5), EndpointName);
        var target = arguments.Count > 4 ? ReadTarget(arguments[4]) : null;

        // The response comes last: a variable is removed only when everything else is right.
        var fields = SessionResponse.ReadFields(SessionResponse.Read(arguments[0], ResponseName, environment), ResponseName);
        fields.Target = target;
        fields.ClientId = null;
        fields.SessionType = null;

        return new SessionArguments
        {
            Session = fields.ToDescription(static member => $"'{member}' of {ResponseName}"),
            Region = region,
            Profile = string.IsNullOrEmpty(arguments.ElementAtOrDefault(3)) ? null : arguments[3],
            Endpoint = endpoint,
            IsCallerTooOldForEncryption = arguments.Count == MinCount,
            IsDropIn = true,
        };
    }

    private static string ReadTarget(string request)
    {
        JsonElement parsed = SessionFields.ParseObject(request, RequestName);
        var name = $"'Target' of {RequestName}";
        return SessionFields.CheckTarget(SessionResponse.Text(parsed, "Target", RequestName), name)
            ?? throw new UsageException($"{name} is missing");
    }
}
