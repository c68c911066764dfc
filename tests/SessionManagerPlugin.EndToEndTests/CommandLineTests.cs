using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using SessionManagerPlugin.EndToEndTests.Fixtures;

namespace SessionManagerPlugin.EndToEndTests;

/// <summary>The forms in which callers start the plugin, right and wrong.</summary>
public sealed class CommandLineTests : EndToEndTest
{
    private const string Request = """{"Target":"i-0123456789abcdef0"}""";
    private const string Endpoint = "https://ssm.us-east-1.amazonaws.com";
    private const string Token = "c2VjcmV0LXRva2VuLW9mLWEtdGVzdA";

    public static TheoryData<string> RightForms => new()
    {
        "RESPONSE us-east-1 StartSession",
        "RESPONSE us-east-1 StartSession profile",
        $"RESPONSE us-east-1 StartSession profile {Request}",
        $"RESPONSE us-east-1 StartSession profile {Request} {Endpoint}",
        $"RESPONSE us-east-1 StartSession EMPTY {Request} EMPTY",
        $"RESPONSE us-east-1 StartSession EMPTY {Request} wss://ssmmessages.us-east-1.amazonaws.com/v1/",
        $"VARIABLE us-east-1 StartSession EMPTY {Request} {Endpoint}",
        $"VARIABLE_MORE us-east-1 StartSession EMPTY {Request} {Endpoint}",
        "connect RESPONSE",
        "connect CAMEL",
        "connect VARIABLE",
        "RESPONSE",
        "CAMEL",
        "VARIABLE",
        "connect --session-id ID --stream-url URL --token-value TOKEN",
        "connect --session-id=ID --stream-url=URL --token-value=TOKEN --target i-0 --region eu-west-1 --session-type Standard_Stream "
            + "--client-id 9a5c2d1e-0000-4000-8000-123456789abc --profile p --document-name D --parameters {} --endpoint-url " + Endpoint,
        """connect {"SessionId":"x","StreamUrl":"URL"} --token-value TOKEN --session-id ID""",
    };

    public static TheoryData<string, string> WrongForms => new()
    {
        { "RESPONSE us-east-1", "argument 3" },
        { $"RESPONSE us-east-1 StartSession p {Request} {Endpoint} more", "7 arguments" },
        { "RESPONSE us-east-1 ResumeSession", "Invalid Operation" },
        { "RESPONSE us_east_1 StartSession", "argument 2" },
        { "RESPONSE us-east-1 StartSession p {", "argument 5" },
        { "RESPONSE us-east-1 StartSession p {}", "'Target'" },
        { "RESPONSE us-east-1 StartSession p [1]", "argument 5" },
        { """RESPONSE us-east-1 StartSession p {"Target":7}""", "'Target'" },
        { $"RESPONSE us-east-1 StartSession p {Request} nonsense", "argument 6" },
        { """{"SessionId":"ID","StreamUrl":"URL","TokenValue":"TOKEN" us-east-1 StartSession""", "not JSON" },
        { """{"SessionId":"ID","StreamUrl":"URL"} us-east-1 StartSession""", "'TokenValue'" },
        { """{"SessionId":"","StreamUrl":"URL","TokenValue":"TOKEN"} us-east-1 StartSession""", "'SessionId'" },
        { """{"SessionId":"ID","StreamUrl":"http://127.0.0.1/","TokenValue":"TOKEN"} us-east-1 StartSession""", "'StreamUrl'" },
        { """{"SessionId":"ID","StreamUrl":"URL","TokenValue":["TOKEN"]} us-east-1 StartSession""", "'TokenValue'" },
        { "AWS_SSM_START_SESSION_RESPONSE_UNSET us-east-1 StartSession", "AWS_SSM_START_SESSION_RESPONSE_UNSET" },
        { "AWS_SSM_START_SESSION_RESPONSE_UNSET", "AWS_SSM_START_SESSION_RESPONSE_UNSET" },
        { "connect", "--session-id" },
        { "connect --session-id ID --stream-url URL", "--token-value" },
        { "connect --session-id ID --stream-url 127.0.0.1 --token-value TOKEN", "--stream-url" },
        { "connect RESPONSE --session-type Nonsense", "--session-type" },
        { "connect RESPONSE --region us_east_1", "--region" },
        { "connect RESPONSE --endpoint-url nonsense", "--endpoint-url" },
        { "connect RESPONSE --parameters [1]", "--parameters" },
        { "connect RESPONSE --nonsense", "--nonsense" },
        { "connect RESPONSE TOKEN", "argument" },
        { "connect TOKEN", "JSON" },
        { "connect RESPONSE --session-id", "--session-id" },
        { "--nonsense", "--nonsense" },
    };

    [Theory]
    [MemberData(nameof(RightForms))]
    public async Task A_session_opens_in_every_form_that_callers_use(string form)
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartSessionAsync();
        var environment = TestEnvironment.Create();
        var arguments = Fill(form, session, environment);
        var program = RunOnPipes(environment, Artifacts.Plugin, arguments);

        await program.SendLineAsync("echo answer-$((6*7))");
        await program.SendLineAsync("exit");

        Assert.Equal(0, await program.WaitForExitAsync());
        Assert.Equal("", program.Error.Text);
        var output = program.Output.Text;
        Assert.StartsWith($"\nStarting session with SessionId: {session.SessionId}\n", output, StringComparison.Ordinal);
        Assert.Contains("answer-42", output, StringComparison.Ordinal);
        Assert.EndsWith($"\n\nExiting session with sessionId: {session.SessionId}.\n\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(WrongForms))]
    public async Task Wrong_arguments_are_named_and_nothing_is_contacted(string form, string named)
    {
        using var gateway = new TcpListener(IPAddress.Loopback, 0);
        gateway.Start();
        var session = new StartedSession("user-0123456789abcdef0", $"ws://{gateway.LocalEndpoint}/", Token);
        var environment = TestEnvironment.Create();
        var program = RunOnPipes(environment, Artifacts.Plugin, Fill(form, session, environment));

        Assert.Equal(2, await program.WaitForExitAsync());
        Assert.Equal("", program.Output.Text);
        Assert.StartsWith("session-manager-plugin: ", program.Error.Text, StringComparison.Ordinal);
        Assert.Contains(named, program.Error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, program.Error.Text, StringComparison.Ordinal);
        Assert.False(gateway.Pending(), "The plugin connected although its arguments are wrong.");
    }

    [Theory]
    [InlineData("Foo")]
    [InlineData("StartSession")]
    public async Task An_unknown_operation_is_told_as_callers_know_it(string operation)
    {
        var program = RunOnPipes(Artifacts.Plugin, operation);

        Assert.Equal(2, await program.WaitForExitAsync());
        Assert.Equal("", program.Output.Text);
        Assert.Equal(
            $"\nUnknown operation {operation}. \nUse session-manager-plugin --version to check the version.\n\n", program.Error.Text);
    }

    [Theory]
    [InlineData("always")]
    [InlineData("never")]
    public async Task A_shell_opens_with_and_without_a_handshake(string handshake)
    {
        var emulator = await StartEmulatorAsync("--handshake", handshake);
        var program = RunOnPipes(Artifacts.Plugin, DropIn(await emulator.StartSessionAsync()));

        await program.SendLineAsync("echo answer-$((6*7)); exit");

        Assert.Equal(0, await program.WaitForExitAsync());
        Assert.Contains("answer-42", program.Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_accounts_message_is_shown_before_the_session()
    {
        var emulator = await StartEmulatorAsync("--handshake", "always", "--customer-message", "Everything is recorded.");
        var terminal = RunOnTerminal(Artifacts.Plugin, DropIn(await emulator.StartSessionAsync()));

        await terminal.ExpectAsync("Starting session with SessionId: ");
        await terminal.ExpectAsync("Everything is recorded.\r\n");
        await terminal.ExpectPromptAsync();
    }

    [Theory]
    [InlineData("--session-type", "Nonsense_Stream")]
    [InlineData("--request-action", "FooEncryption")]
    public async Task What_the_client_cannot_do_is_named(string option, string name)
    {
        var emulator = await StartEmulatorAsync("--handshake", "always", option, name);
        var program = RunOnPipes(Artifacts.Plugin, DropIn(await emulator.StartSessionAsync()));

        Assert.Equal(1, await program.WaitForExitAsync());
        Assert.StartsWith("session-manager-plugin: ", program.Error.Text, StringComparison.Ordinal);
        Assert.Contains(name, program.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_not_accepted_is_an_error_that_does_not_show_it()
    {
        var emulator = await StartEmulatorAsync();
        emulator.IsWarningExpected = true;
        var session = await emulator.StartSessionAsync() with { TokenValue = Token };
        var program = RunOnPipes(Artifacts.Plugin, DropIn(session));

        Assert.Equal(1, await program.WaitForExitAsync());
        Assert.StartsWith("session-manager-plugin: The service did not accept the session", program.Error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, program.Error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, program.Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_is_over_is_an_error()
    {
        var emulator = await StartEmulatorAsync();
        var session = await emulator.StartSessionAsync();
        await emulator.TerminateSessionAsync(session.SessionId);
        var program = RunOnPipes(Artifacts.Plugin, DropIn(session));

        Assert.Equal(1, await program.WaitForExitAsync());
        Assert.Contains("404", program.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_that_is_not_there_is_an_error_after_a_few_seconds()
    {
        var session = new StartedSession("user-0123456789abcdef0", $"ws://127.0.0.1:{FreePort()}/v1/data-channel/x?a=hidden", Token);
        var start = Stopwatch.GetTimestamp();
        var program = RunOnPipes(Artifacts.Plugin, DropIn(session));

        Assert.Equal(1, await program.WaitForExitAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(12));
        Assert.StartsWith("session-manager-plugin: ", program.Error.Text, StringComparison.Ordinal);
        Assert.Contains("5 attempts", program.Error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", program.Error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, program.Error.Text, StringComparison.Ordinal);
    }

    /// <summary>Makes arguments of a form, which are divided by blanks.</summary>
    private static string[] Fill(string form, StartedSession session, Dictionary<string, string> environment) =>
        [.. form.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => FillWord(word, session, environment))];

    private static string FillWord(string word, StartedSession session, Dictionary<string, string> environment)
    {
        switch (word)
        {
            case "RESPONSE":
                return session.Json;
            case "CAMEL":
                return session.CamelCaseJson;
            case "EMPTY":
                return "";
            case "VARIABLE" or "VARIABLE_MORE":
                var name = ResponseVariable + word["VARIABLE".Length..];
                environment[name] = session.Json;
                return name;
            default:
                return word
                    .Replace("\"ID\"", JsonSerializer.Serialize(session.SessionId), StringComparison.Ordinal)
                    .Replace("URL", session.StreamUrl, StringComparison.Ordinal)
                    .Replace("TOKEN", session.TokenValue, StringComparison.Ordinal)
                    .Replace("=ID", "=" + session.SessionId, StringComparison.Ordinal) is var filled && filled == "ID"
                        ? session.SessionId
                        : filled;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
