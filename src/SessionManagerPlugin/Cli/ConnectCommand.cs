using System.CommandLine;
using System.Text.Json;

namespace SessionManagerPlugin.Cli;

/// <summary>
/// <c>connect</c>: opens a session that somebody else has started, described by one JSON argument, by options, or by both; an option
/// goes before a member of the JSON.
/// </summary>
internal static class ConnectCommand
{
    private const string JsonName = "the JSON argument";

    /// <summary>Makes the command.</summary>
    /// <param name="global">The options that every command has.</param>
    /// <param name="environment">The environment.</param>
    public static Command Create(GlobalOptions global, IEnvironment environment)
    {
        var json = new Argument<string?>("json")
        {
            Description = "The StartSession response as JSON, or the name of an environment variable that holds it and begins with "
                + $"{SessionResponse.VariablePrefix}. Members: SessionId, StreamUrl, TokenValue, Target, DocumentName, SessionType, "
                + "ClientId, Parameters, Profile, Region, EndpointUrl; each may begin with a small letter.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        json.Validators.Add(static result =>
        {
            // The parser takes an option that it does not know for the argument.
            if (result.Tokens is [{ Value: ['-', ..] value }, ..])
            {
                result.AddError($"Unknown option '{value.Split('=')[0]}'.");
            }
        });
        var options = new ConnectOptions();
        var command = new Command("connect", "Open a session that was started elsewhere.") { json };
        options.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            var arguments = Read(parsed.GetValue(json), options.Read(parsed), environment);
            return SessionHost.RunAsync(arguments, global.ReadTuning(parsed, environment), global.ReadLog(parsed, environment));
        });
        return command;
    }

    /// <summary>Puts the JSON and the options together and checks the result.</summary>
    /// <exception cref="UsageException">A value is missing or malformed.</exception>
    internal static SessionArguments Read(string? json, ConnectValues options, IEnvironment environment)
    {
        JsonElement? response = json is null ? null : SessionResponse.Read(json, JsonName, environment);
        var members = response is { } element ? ConnectValues.FromJson(element, JsonName) : new ConnectValues();
        var values = options.Over(members);

        // A value is missing where the user would have put it.
        string NameOf(string member) =>
            json is null || options.Has(member) ? ConnectOptions.NameOf(member) : $"'{member}' of the JSON argument";

        if (values.Parameters is { } parameters)
        {
            _ = SessionFields.ParseObject(parameters, NameOf(nameof(ConnectValues.Parameters)));
        }

        return new SessionArguments
        {
            Session = values.ToFields().ToDescription(NameOf),
            Region = SessionFields.CheckRegion(values.Region, NameOf(nameof(ConnectValues.Region))),
            Profile = values.Profile,
            Endpoint = SessionFields.CheckEndpoint(values.EndpointUrl, NameOf(nameof(ConnectValues.EndpointUrl))),
        };
    }
}
