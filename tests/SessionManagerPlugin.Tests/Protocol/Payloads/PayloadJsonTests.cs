using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Tests.Protocol.Payloads;

public class PayloadJsonTests
{
    private const string Secret = "s3cret-token";

    /// <summary>A name for each form and what reads it, so that every test below covers every payload.</summary>
    private static readonly Dictionary<string, Func<byte[], string?>> ErrorByForm = new()
    {
        ["OpenDataChannel"] = ErrorOf(PayloadJson.OpenDataChannel),
        ["TerminalSize"] = ErrorOf(PayloadJson.TerminalSize),
        ["ChannelClosed"] = ErrorOf(PayloadJson.ChannelClosed),
        ["HandshakeRequest"] = ErrorOf(PayloadJson.HandshakeRequest),
        ["SessionTypeParameters"] = ErrorOf(PayloadJson.SessionTypeParameters),
        ["HandshakeResponse"] = ErrorOf(PayloadJson.HandshakeResponse),
        ["HandshakeComplete"] = ErrorOf(PayloadJson.HandshakeComplete),
        ["EncryptionChallenge"] = ErrorOf(PayloadJson.EncryptionChallenge),
        ["AgentSessionState"] = ErrorOf(PayloadJson.AgentSessionState),
    };

    public static TheoryData<string> Forms => [.. ErrorByForm.Keys];

    [Fact]
    public void The_opening_message_is_written_with_the_names_that_the_service_reads() => AssertWritten(
        new OpenDataChannel("1.0", "request", Secret, "client", "1.2.3.4"),
        PayloadJson.OpenDataChannel,
        """{"MessageSchemaVersion":"1.0","RequestId":"request","TokenValue":"s3cret-token","ClientId":"client","ClientVersion":"1.2.3.4"}""");

    [Fact]
    public void The_terminals_size_is_written_with_the_names_that_the_agent_reads() =>
        AssertWritten(new TerminalSize(300, 100), PayloadJson.TerminalSize, """{"cols":300,"rows":100}""");

    [Fact]
    public void The_reason_of_a_closed_channel_comes_back() => AssertWritten(
        new ChannelClosed { MessageId = "m", CreatedDate = "d", DestinationId = "c", SessionId = "s", MessageType = "channel_closed", SchemaVersion = 1, Output = "it's <over> ü" },
        PayloadJson.ChannelClosed,
        """{"MessageId":"m","CreatedDate":"d","DestinationId":"c","SessionId":"s","MessageType":"channel_closed","SchemaVersion":1,"Output":"it's <over> ü"}""");

    [Fact]
    public void An_agents_handshake_comes_back() => AssertWritten(
        new HandshakeRequest("3.3.0.0", [new RequestedClientAction(HandshakeActionType.SessionType, JsonElement.Parse("""{"SessionType":"Port","Properties":null}"""))]),
        PayloadJson.HandshakeRequest,
        """{"AgentVersion":"3.3.0.0","RequestedClientActions":[{"ActionType":"SessionType","ActionParameters":{"SessionType":"Port","Properties":null}}]}""");

    [Fact]
    public void A_session_types_parameters_come_back() => AssertWritten(
        new SessionTypeParameters(SessionTypeName.Port, JsonElement.Parse("""{"portNumber":"22"}""")),
        PayloadJson.SessionTypeParameters,
        """{"SessionType":"Port","Properties":{"portNumber":"22"}}""");

    [Fact]
    public void A_clients_answer_to_the_handshake_comes_back() => AssertWritten(
        new HandshakeResponse("1.2.3.4", [new ProcessedClientAction("KMSEncryption", ActionStatus.Failed, null, "no key")], ["no key"]),
        PayloadJson.HandshakeResponse,
        """{"ClientVersion":"1.2.3.4","ProcessedClientActions":[{"ActionType":"KMSEncryption","ActionStatus":2,"ActionResult":null,"Error":"no key"}],"Errors":["no key"]}""");

    [Fact]
    public void The_message_for_the_user_comes_back() => AssertWritten(
        new HandshakeComplete(7_193_554, "Welcome.\r\n"),
        PayloadJson.HandshakeComplete,
        """{"HandshakeTimeToComplete":7193554,"CustomerMessage":"Welcome.\r\n"}""");

    [Fact]
    public void A_challenge_is_base64_on_the_wire()
    {
        var json = PayloadJson.Write(new EncryptionChallenge([0xfb, 0xff, 0x00]), PayloadJson.EncryptionChallenge);

        Assert.Equal("""{"Challenge":"+/8A"}""", Encoding.UTF8.GetString(json));
        Assert.True(PayloadJson.TryRead(json, PayloadJson.EncryptionChallenge, out var challenge, out _));
        Assert.Equal([0xfb, 0xff, 0x00], challenge.Challenge);
    }

    [Fact]
    public void An_agents_state_comes_back() => AssertWritten(
        new AgentSessionState(1, AgentSessionState.Terminating, "s"),
        PayloadJson.AgentSessionState,
        """{"SchemaVersion":1,"SessionState":"Terminating","SessionId":"s"}""");

    [Fact]
    public void Members_of_tomorrow_do_not_lose_the_rest()
    {
        var json = """{"New":{"a":[1]},"cols":80,"rows":24,"Newer":null}"""u8;

        Assert.True(PayloadJson.TryRead(json, PayloadJson.TerminalSize, out var size, out _));
        Assert.Equal(new TerminalSize(80, 24), size);
    }

    [Fact]
    public void An_action_without_parameters_is_said_to_lack_them()
    {
        Assert.True(PayloadJson.TryRead("""{"RequestedClientActions":[{"ActionType":"SessionType"}]}"""u8, PayloadJson.HandshakeRequest, out var request, out _));
        var action = Assert.Single(request.RequestedClientActions!);

        Assert.False(PayloadJson.TryRead(action.ActionParameters, PayloadJson.SessionTypeParameters, out _, out var error));
        Assert.Equal("it is missing", error);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("\"" + Secret + "\"")]
    [InlineData("[\"" + Secret + "\"]")]
    [InlineData("{\"SessionType\":[\"" + Secret + "\"]}")]
    [InlineData("{\"SessionType\":{\"" + Secret + "\":1}}")]
    public void Parameters_of_another_form_are_refused_without_quoting_them(string json)
    {
        Assert.False(PayloadJson.TryRead(JsonElement.Parse(json), PayloadJson.SessionTypeParameters, out var value, out var error));
        Assert.Null(value);
        AssertSaysWhereWithoutQuoting(error);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void What_is_not_the_JSON_expected_is_refused_without_quoting_it(string form)
    {
        string[] inputs =
        [
            "",
            " ",
            "null",
            "7",
            "[]",
            Secret,
            $"\"{Secret}\"",
            $"[\"{Secret}\"]",
            $$"""{"{{Secret}}":""",
            $$$"""{"{{{Secret}}}":{{{Secret}}}}""",
            $$$"""{"{{{Secret}}}":{"{{{Secret}}}":{{{Secret}}}}}""",
            $$"""{"{{Secret}}":["{{Secret}}",]}""",
            $$"""{"{{Secret}}" {{Secret}}}""",
            $$"""{"TokenValue":"{{Secret}}"}{{Secret}}""",
            "{} {}",
            "{}\0",
            "{\"a\":" + new string('[', 10_000),
        ];

        foreach (var input in inputs)
        {
            var error = ErrorByForm[form](Encoding.UTF8.GetBytes(input));

            Assert.False(error is null, $"{form} took {input}");
            AssertSaysWhereWithoutQuoting(error);
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_member_of_another_kind_is_refused_without_quoting_it(string form)
    {
        // Every member of every record; where a name is not one of the form's, the input is only an unknown member.
        string[] members =
        [
            "MessageSchemaVersion", "RequestId", "TokenValue", "ClientId", "ClientVersion", "cols", "rows", "MessageId", "SchemaVersion",
            "Output", "AgentVersion", "RequestedClientActions", "SessionType", "ProcessedClientActions", "Errors",
            "HandshakeTimeToComplete", "CustomerMessage", "Challenge", "SessionState", "SessionId",
        ];

        var refused = 0;
        foreach (var member in members)
        {
            foreach (var value in (string[])[$$"""{"{{Secret}}":"{{Secret}}"}""", $"[\"{Secret}\"]", $"\"{Secret}\\ud800\"", "-1e999", "true"])
            {
                if (ErrorByForm[form](Encoding.UTF8.GetBytes($$"""{"{{member}}":{{value}}}""")) is { } error)
                {
                    refused++;
                    AssertSaysWhereWithoutQuoting(error);
                }
            }
        }

        Assert.NotEqual(0, refused);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Random_changes_never_bring_a_session_down(string form)
    {
        var random = new Random(20261122);
        var payloads = Vector.All.Select(vector => vector.Payload).Where(payload => payload is [(byte)'{', ..])
            .Append(Encoding.UTF8.GetBytes(Vector.OpenDataChannel)).ToArray();
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = (byte[])payloads[random.Next(payloads.Length)].Clone();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = random.Next(2) == 0 ? (byte)random.Next() : "\\u{}[]\",:0e-."u8[random.Next(13)];
            }

            _ = ErrorByForm[form](bytes);
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"MessageSchemaVersion":"1.0","RequestId":"r","ClientId":"c","ClientVersion":"1.2.3.4"}""")]
    [InlineData("""{"MessageSchemaVersion":"1.0","RequestId":"r","TokenValue":null,"ClientId":"c","ClientVersion":"1.2.3.4"}""")]
    public void An_opening_message_without_its_token_is_refused(string json) =>
        Assert.NotNull(ErrorByForm["OpenDataChannel"](Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void The_token_of_an_opening_message_is_not_in_its_text()
    {
        var text = new OpenDataChannel("1.0", "request", Secret, "client", "1.2.3.4").ToString();

        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        Assert.Contains("request", text, StringComparison.Ordinal);
    }

    private static void AssertSaysWhereWithoutQuoting(string error) =>
        Assert.Matches("^(the JSON is null|not the JSON expected in line [0-9]+, at byte [0-9]+)$", error);

    private static void AssertWritten<T>(T value, JsonTypeInfo<T> form, string json)
    {
        Assert.Equal(json, Encoding.UTF8.GetString(PayloadJson.Write(value, form)));
        Assert.True(PayloadJson.TryRead(Encoding.UTF8.GetBytes(json), form, out var read, out var error), error);
        Assert.Equal(json, Encoding.UTF8.GetString(PayloadJson.Write(read, form)));
    }

    /// <summary>Reads into a form, and checks what holds of every result: either a value or an error.</summary>
    private static Func<byte[], string?> ErrorOf<T>(JsonTypeInfo<T> form) => payload =>
    {
        var isRead = PayloadJson.TryRead(payload, form, out var value, out var error);
        Assert.Equal(isRead, error is null);
        Assert.True(!isRead || value is not null);
        return error;
    };
}
