using System.Text.Json;

namespace SessionManagerPlugin.Cli;

/// <summary>Reads the StartSession response, from the argument itself or from the environment variable that it names.</summary>
internal static class SessionResponse
{
    /// <summary>Callers that do not want the token on a command line put the response into a variable whose name begins so.</summary>
    public const string VariablePrefix = "AWS_SSM_START_SESSION_RESPONSE";

    /// <summary>Whether an argument can be a response.</summary>
    public static bool IsResponse(string argument) =>
        argument.StartsWith(VariablePrefix, StringComparison.Ordinal) || argument.AsSpan().TrimStart().StartsWith("{");

    /// <summary>Gives the JSON. A variable is removed from the environment once it is read.</summary>
    /// <param name="argument">The JSON, or a variable's name.</param>
    /// <param name="name">How the user knows the argument.</param>
    /// <param name="environment">The environment.</param>
    /// <exception cref="UsageException">The variable is not set, or the text is not a JSON object.</exception>
    public static JsonElement Read(string argument, string name, IEnvironment environment)
    {
        if (!argument.StartsWith(VariablePrefix, StringComparison.Ordinal))
        {
            return SessionFields.ParseObject(argument, name);
        }

        var json = environment.Get(argument);
        if (string.IsNullOrEmpty(json))
        {
            throw new UsageException(
                $"{name} names the environment variable {argument}, which should hold the StartSession response as JSON and is not set");
        }

        environment.Remove(argument);
        return SessionFields.ParseObject(json, $"environment variable {argument}");
    }

    /// <summary>
    /// Takes the members that describe a session out of an object. A member's name may begin with a capital letter or a small one.
    /// Others are left alone: the API adds members of its own.
    /// </summary>
    public static SessionFields ReadFields(JsonElement response, string name) => new()
    {
        SessionId = Text(response, "SessionId", name),
        StreamUrl = Text(response, "StreamUrl", name),
        TokenValue = Text(response, "TokenValue", name),
        Target = Text(response, "Target", name),
        SessionType = Text(response, "SessionType", name),
        ClientId = Text(response, "ClientId", name),
    };

    /// <summary>A member's text; null when it is missing or null.</summary>
    /// <exception cref="UsageException">It is something else than text.</exception>
    public static string? Text(JsonElement response, string member, string name)
    {
        if (Member(response, member) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            throw new UsageException($"'{member}' of {name} should be text; it is {Kind(value)}");
        }

        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, written as an escape.
            throw new UsageException($"'{member}' of {name} should be text; it has an escape that is no character");
        }
    }

    /// <summary>A member's value; null when it is missing or null.</summary>
    public static JsonElement? Member(JsonElement response, string member)
    {
        var camelCase = char.ToLowerInvariant(member[0]) + member[1..];
        if (!response.TryGetProperty(member, out var value) && !response.TryGetProperty(camelCase, out value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Null ? null : value;
    }

    /// <summary>What a value is, in words.</summary>
    public static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        JsonValueKind.String => "text",
        _ => "nothing",
    };
}
