using SessionManagerPlugin.Cli;

namespace SessionManagerPlugin.Tests.Cli;

public class LegacyArgumentsTests
{
    private const string Token = "AAEAAVeryLongSecretTokenThatNobodyMaySee0123456789";
    private const string Url = "wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/user-0123?role=publish_subscribe";
    private const string Variable = "AWS_SSM_START_SESSION_RESPONSE_1";

    private readonly FakeEnvironment _environment = new();

    private static string Response => $$"""{"SessionId":"user-0123","StreamUrl":"{{Url}}","TokenValue":"{{Token}}","ResponseMetadata":null}""";

    [Fact]
    public void All_six_arguments_are_read()
    {
        var arguments = Parse(
            Response, "eu-west-1", "StartSession", "work", """{"Target":"i-0123456789abcdef0"}""", "https://ssm.eu-west-1.amazonaws.com");
        Assert.Equal("user-0123", arguments.Session.SessionId);
        Assert.Equal(new Uri(Url), arguments.Session.StreamUrl);
        Assert.Equal(Token, arguments.Session.TokenValue);
        Assert.Equal("i-0123456789abcdef0", arguments.Session.Target);
        Assert.True(Guid.TryParse(arguments.Session.ClientId, out _));
        Assert.Null(arguments.Session.SessionType);
        Assert.Equal("eu-west-1", arguments.Region);
        Assert.Equal("work", arguments.Profile);
        Assert.Equal(new Uri("https://ssm.eu-west-1.amazonaws.com"), arguments.Endpoint);
        Assert.False(arguments.IsCallerTooOldForEncryption);
        Assert.True(arguments.IsDropIn);
    }

    [Fact]
    public void Three_arguments_are_a_caller_too_old_for_encryption()
    {
        var arguments = Parse(Response, "eu-west-1", "StartSession");
        Assert.True(arguments.IsCallerTooOldForEncryption);
        Assert.Null(arguments.Profile);
        Assert.Null(arguments.Session.Target);
        Assert.Null(arguments.Endpoint);
    }

    [Fact]
    public void Four_and_five_arguments_with_an_empty_profile_are_read()
    {
        Assert.Null(Parse(Response, "eu-west-1", "StartSession", "").Profile);
        Assert.False(Parse(Response, "eu-west-1", "StartSession", "").IsCallerTooOldForEncryption);
        Assert.Equal(
            "ecs:cluster_task_runtime-1",
            Parse(Response, "eu-west-1", "StartSession", "", """{"Target":"ecs:cluster_task_runtime-1"}""").Session.Target);
    }

    [Theory]
    [InlineData("")]
    [InlineData("https://ecs.eu-west-1.amazonaws.com")]
    [InlineData(Url)]
    [InlineData("http://localhost:8080/path")]
    public void Endpoints_that_callers_pass_are_taken(string endpoint)
    {
        var arguments = Parse(Response, "", "StartSession", "", """{"Target":"i-1"}""", endpoint);
        Assert.Equal(endpoint.Length == 0 ? null : new Uri(endpoint), arguments.Endpoint);
        Assert.Null(arguments.Region);
    }

    [Fact]
    public void A_response_in_the_environment_is_read_and_removed()
    {
        _environment.Variables[Variable] = Response;
        _environment.Variables["OTHER"] = "stays";
        Assert.Equal(Token, Parse(Variable, "eu-west-1", "StartSession").Session.TokenValue);
        Assert.Equal(["OTHER"], _environment.Variables.Keys);
    }

    [Fact]
    public void A_response_that_is_wrong_is_removed_too_and_its_variable_is_named()
    {
        _environment.Variables[Variable] = Token;
        Assert.Contains(Variable, Fail(Variable, "eu-west-1", "StartSession"), StringComparison.Ordinal);
        Assert.Empty(_environment.Variables);
    }

    [Fact]
    public void A_variable_stays_for_the_next_try_when_another_argument_is_wrong()
    {
        _environment.Variables[Variable] = Response;
        Fail(Variable, "not a region!", "StartSession");
        Assert.Equal([Variable], _environment.Variables.Keys);
    }

    public static TheoryData<string, string[]> Malformed => new()
    {
        { "environment variable AWS_SSM_START_SESSION_RESPONSE", ["AWS_SSM_START_SESSION_RESPONSE", "eu-west-1", "StartSession"] },
        { "argument 3", [Response, "eu-west-1"] },
        { "argument 3", [Response, "eu-west-1", "ResumeSession"] },
        { "argument 3", [Response, "eu-west-1", Token] },
        { "7 arguments", [Response, "eu-west-1", "StartSession", "", "{}", "", ""] },
        { "argument 2", [Response, Token + "!", "StartSession"] },
        { "argument 2", [Response, "eu west", "StartSession"] },
        { "argument 6", [Response, "", "StartSession", "", """{"Target":"i-1"}""", Token] },
        { "argument 6", [Response, "", "StartSession", "", """{"Target":"i-1"}""", "ftp://" + Token] },
        { "argument 5", [Response, "", "StartSession", "", ""] },
        { "argument 5", [Response, "", "StartSession", "", Token] },
        { "argument 5", [Response, "", "StartSession", "", "[]"] },
        { "'Target' of argument 5", [Response, "", "StartSession", "", "{}"] },
        { "'Target' of argument 5", [Response, "", "StartSession", "", """{"Target":null}"""] },
        { "'Target' of argument 5", [Response, "", "StartSession", "", """{"Target":""}"""] },
        { "'Target' of argument 5", [Response, "", "StartSession", "", """{"Target":5}"""] },
        { "'Target' of argument 5", [Response, "", "StartSession", "", """{"Target":"i-1\u001b[2J"}"""] },
        { "'Target' of argument 5", [Response, "", "StartSession", "", """{"Target":"\ud800"}"""] },
        { "argument 1", ["{" + Token, "", "StartSession"] },
        { "argument 1", [$$"""{"\ud800ionId":"{{Token}}"}""", "", "StartSession"] },
        { "argument 5", [Response, "", "StartSession", "", """{"\udc00et":"i-1"}"""] },
        { "argument 1", ["", "", "StartSession"] },
        { "argument 1", [$"\"{Token}\"", "", "StartSession"] },
        { "argument 1", [Response + Token, "", "StartSession"] },
        { "'SessionId' of argument 1", [With("SessionId", "null"), "", "StartSession"] },
        { "'SessionId' of argument 1", [With("SessionId", "\"\""), "", "StartSession"] },
        { "'SessionId' of argument 1", [With("SessionId", "5"), "", "StartSession"] },
        { "'SessionId' of argument 1", [With("SessionId", "\"a b\""), "", "StartSession"] },
        { "'SessionId' of argument 1", [With("SessionId", "\"a\\u0007b\""), "", "StartSession"] },
        { "'SessionId' of argument 1", [With("SessionId", $"\"{new string('x', 257)}\""), "", "StartSession"] },
        { "'StreamUrl' of argument 1", [With("StreamUrl", "null"), "", "StartSession"] },
        { "'StreamUrl' of argument 1", [With("StreamUrl", $"\"https://host/{Token}\""), "", "StartSession"] },
        { "'StreamUrl' of argument 1", [With("StreamUrl", $"\"{Token}\""), "", "StartSession"] },
        { "'StreamUrl' of argument 1", [With("StreamUrl", "[]"), "", "StartSession"] },
        { "'TokenValue' of argument 1", [With("TokenValue", "null"), "", "StartSession"] },
        { "'TokenValue' of argument 1", [With("TokenValue", "\"\""), "", "StartSession"] },
        { "'TokenValue' of argument 1", [With("TokenValue", $"[\"{Token}\"]"), "", "StartSession"] },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void What_is_wrong_is_named_and_the_token_is_never_shown(string name, string[] arguments)
    {
        var message = Fail(arguments);
        Assert.Contains(name, message, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(false, "{}")]
    [InlineData(false, "connect")]
    [InlineData(false, "--help", "x")]
    [InlineData(true, "{}", "eu-west-1")]
    [InlineData(true, " {}", "eu-west-1")]
    [InlineData(true, "{}", "eu-west-1", "Other")]
    [InlineData(true, Variable, "eu-west-1", "StartSession")]
    [InlineData(true, "", "eu-west-1", "StartSession")]
    [InlineData(true, "garbage", "", "StartSession", "", "", "", "")]
    [InlineData(false, "garbage", "eu-west-1", "Other")]
    [InlineData(false, "connect", "--session-id", "x")]
    [InlineData(false, "connect", "--document-name", "StartSession")]
    [InlineData(false, "--log-file", "x", "StartSession")]
    [InlineData(false, "connect", "-v", "StartSession")]
    public void The_positional_form_is_told_from_the_commands(bool expected, params string[] arguments) =>
        Assert.Equal(expected, LegacyArguments.IsPositional(arguments));

    [Fact]
    public void What_was_read_prints_without_its_token()
    {
        var arguments = Parse(Response, "eu-west-1", "StartSession");
        Assert.DoesNotContain(Token, arguments.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("role=", arguments.ToString(), StringComparison.Ordinal);
    }

    private static string With(string member, string value) => member switch
    {
        "SessionId" => $$"""{"SessionId":{{value}},"StreamUrl":"{{Url}}","TokenValue":"{{Token}}"}""",
        "StreamUrl" => $$"""{"SessionId":"s","StreamUrl":{{value}},"TokenValue":"{{Token}}"}""",
        _ => $$"""{"SessionId":"s","StreamUrl":"{{Url}}","TokenValue":{{value}}}""",
    };

    private SessionArguments Parse(params string[] arguments)
    {
        Assert.True(LegacyArguments.IsPositional(arguments));
        return LegacyArguments.Parse(arguments, _environment);
    }

    private string Fail(params string[] arguments) =>
        Assert.Throws<UsageException>(() => LegacyArguments.Parse(arguments, _environment)).Message;
}
