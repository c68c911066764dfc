using SessionManagerPlugin.Cli;

namespace SessionManagerPlugin.Tests.Cli;

public class ConnectCommandTests
{
    private const string Token = "AAEAAVeryLongSecretTokenThatNobodyMaySee0123456789";

    private static readonly ConnectValues Options = new()
    {
        SessionId = "option-session",
        StreamUrl = "wss://option.test/",
        TokenValue = "option-token",
    };

    private readonly FakeEnvironment _environment = new();

    [Theory]
    [InlineData("""{"SessionId":"s","StreamUrl":"wss://json.test/","TokenValue":"t","Target":"i-1","SessionType":"InteractiveCommands","ClientId":"c","Profile":"p","Region":"eu-west-1","EndpointUrl":"https://api.test","Parameters":{"a":["b"]},"DocumentName":"d"}""")]
    [InlineData("""{"sessionId":"s","streamUrl":"wss://json.test/","tokenValue":"t","target":"i-1","sessionType":"InteractiveCommands","clientId":"c","profile":"p","region":"eu-west-1","endpointUrl":"https://api.test","parameters":{"a":["b"]},"documentName":"d","unknown":5}""")]
    public void Every_member_is_read_whether_it_begins_large_or_small(string json)
    {
        var arguments = ConnectCommand.Read(json, new ConnectValues(), _environment);
        Assert.Equal("s", arguments.Session.SessionId);
        Assert.Equal(new Uri("wss://json.test/"), arguments.Session.StreamUrl);
        Assert.Equal("t", arguments.Session.TokenValue);
        Assert.Equal("i-1", arguments.Session.Target);
        Assert.Equal("InteractiveCommands", arguments.Session.SessionType);
        Assert.Equal("c", arguments.Session.ClientId);
        Assert.Equal("p", arguments.Profile);
        Assert.Equal("eu-west-1", arguments.Region);
        Assert.Equal(new Uri("https://api.test"), arguments.Endpoint);
        Assert.False(arguments.IsDropIn);
    }

    [Fact]
    public void An_option_goes_before_a_member()
    {
        var arguments = ConnectCommand.Read(
            """{"SessionId":"s","StreamUrl":"wss://json.test/","TokenValue":"t","Region":"us-east-1"}""",
            new ConnectValues { SessionId = "other", Region = "eu-west-1" },
            _environment);
        Assert.Equal("other", arguments.Session.SessionId);
        Assert.Equal("eu-west-1", arguments.Region);
        Assert.Equal("t", arguments.Session.TokenValue);
    }

    [Fact]
    public void Options_alone_are_enough_and_get_a_client_id()
    {
        var arguments = ConnectCommand.Read(null, Options, _environment);
        Assert.Equal("option-session", arguments.Session.SessionId);
        Assert.True(Guid.TryParse(arguments.Session.ClientId, out _));
    }

    [Fact]
    public void A_variable_can_hold_the_json_and_is_removed()
    {
        _environment.Variables["AWS_SSM_START_SESSION_RESPONSE"] = """{"SessionId":"s","StreamUrl":"wss://json.test/","TokenValue":"t"}""";
        Assert.Equal("s", ConnectCommand.Read("AWS_SSM_START_SESSION_RESPONSE", new ConnectValues(), _environment).Session.SessionId);
        Assert.Empty(_environment.Variables);
    }

    [Fact]
    public void An_empty_session_type_is_none()
    {
        Assert.Null(ConnectCommand.Read(null, Options with { SessionType = "" }, _environment).Session.SessionType);
    }

    [Theory]
    [InlineData("--session-id", "SessionId", null)]
    [InlineData("--session-id", "SessionId", "")]
    [InlineData("--session-id", "SessionId", "a b")]
    [InlineData("--stream-url", "StreamUrl", null)]
    [InlineData("--stream-url", "StreamUrl", "https://host/")]
    [InlineData("--stream-url", "StreamUrl", Token)]
    [InlineData("--token-value", "TokenValue", null)]
    [InlineData("--token-value", "TokenValue", "")]
    [InlineData("--target", "Target", "")]
    [InlineData("--session-type", "SessionType", "Port")]
    [InlineData("--session-type", "SessionType", Token)]
    [InlineData("--client-id", "ClientId", "a\nb")]
    [InlineData("--region", "Region", "eu/west")]
    [InlineData("--endpoint-url", "EndpointUrl", Token)]
    [InlineData("--parameters", "Parameters", "[]")]
    [InlineData("--parameters", "Parameters", Token)]
    public void What_is_wrong_is_named_as_the_user_gave_it(string option, string member, string? value)
    {
        var options = (Options with { TokenValue = Token }).With(member, value);
        var message = Assert.Throws<UsageException>(() => ConnectCommand.Read(null, options, _environment)).Message;
        Assert.StartsWith(option, message, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "'SessionId' of the JSON argument")]
    [InlineData("""{"SessionId":"s"}""", "'StreamUrl' of the JSON argument")]
    [InlineData("""{"SessionId":"s","StreamUrl":"wss://h/"}""", "'TokenValue' of the JSON argument")]
    [InlineData("""{"SessionId":"s","StreamUrl":"wss://h/","TokenValue":"AAEAAVeryLongSecretTokenThatNobodyMaySee0123456789","Parameters":"x"}""", "'Parameters' of the JSON argument")]
    [InlineData("""{"SessionId":"s","StreamUrl":"wss://h/","TokenValue":"AAEAAVeryLongSecretTokenThatNobodyMaySee0123456789","Region":5}""", "'Region' of the JSON argument")]
    [InlineData("""["AAEAAVeryLongSecretTokenThatNobodyMaySee0123456789"]""", "the JSON argument")]
    [InlineData("AAEAAVeryLongSecretTokenThatNobodyMaySee0123456789", "the JSON argument")]
    public void What_is_wrong_in_the_json_is_named_there(string json, string name)
    {
        var message = Assert.Throws<UsageException>(() => ConnectCommand.Read(json, new ConnectValues(), _environment)).Message;
        Assert.StartsWith(name, message, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("connect", "{}", Token)]
    [InlineData("connect", "{}", "it's a " + Token + " isn't it")]
    [InlineData("connect", "--session-id", "a", "--token-valu", Token)]
    [InlineData("connect", "--token-valu=" + Token)]
    [InlineData("connect", "--verbose=" + Token)]
    [InlineData("connect", "--token-value", "a", "--token-value", Token)]
    public async Task The_parsers_errors_do_not_show_a_token(params string[] arguments)
    {
        var error = await Assert.ThrowsAsync<UsageException>(() => CommandLineForm.RunAsync(arguments, _environment));
        Assert.NotEmpty(error.Message);
        Assert.DoesNotContain(Token, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistyped_option_is_named()
    {
        var error = await Assert.ThrowsAsync<UsageException>(() => CommandLineForm.RunAsync(["connect", "--sesion-id", "x"], _environment));
        Assert.Contains("--sesion-id", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_response_followed_by_options_is_connected_to_and_not_taken_for_the_positional_form()
    {
        string[] arguments = ["{\"SessionId\":\"s-1\",\"TokenValue\":\"t\"}", "--verbose"];

        Assert.False(LegacyArguments.IsPositional(arguments));
        Assert.Null(CommandLineForm.UnknownOperation(arguments));
        var error = await Assert.ThrowsAsync<UsageException>(() => CommandLineForm.RunAsync(arguments, _environment));
        Assert.Contains("'StreamUrl' of the JSON argument", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("help", "\nUnknown operation help. \nUse session-manager-plugin --version to check the version.\n\n")]
    [InlineData("", "\nUnknown operation . \nUse session-manager-plugin --version to check the version.\n\n")]
    [InlineData("a\u001bb", "\nUnknown operation . \nUse session-manager-plugin --version to check the version.\n\n")]
    [InlineData("AAEAAVtokenOfManyCharacters/with+base64andSoOn==", "\nUnknown operation . \nUse session-manager-plugin --version to check the version.\n\n")]
    [InlineData("{\"TokenValue\":\"x\"}", null)]
    [InlineData("connect", null)]
    [InlineData("--help", null)]
    [InlineData("-v", null)]
    public void A_first_word_that_is_no_command_is_answered_as_callers_know_it(string word, string? expected) =>
        Assert.Equal(expected, CommandLineForm.UnknownOperation([word]));
}

internal static class ConnectValuesForTests
{
    public static ConnectValues With(this ConnectValues values, string member, string? value) => member switch
    {
        "SessionId" => values with { SessionId = value },
        "StreamUrl" => values with { StreamUrl = value },
        "TokenValue" => values with { TokenValue = value },
        "Target" => values with { Target = value },
        "SessionType" => values with { SessionType = value },
        "ClientId" => values with { ClientId = value },
        "Region" => values with { Region = value },
        "EndpointUrl" => values with { EndpointUrl = value },
        "Parameters" => values with { Parameters = value },
        _ => throw new ArgumentOutOfRangeException(nameof(member)),
    };
}
