using System.Text;
using System.Text.Json.Serialization.Metadata;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Tests.Protocol.Payloads;

/// <summary>The JSON of captured messages: read into its record and written again to the same bytes.</summary>
public class PayloadVectorTests
{
    public static TheoryData<string> JsonVectors => Vector.NamesWhere(vector => vector.Payload is [(byte)'{', ..]);

    [Theory]
    [MemberData(nameof(JsonVectors))]
    public void A_captured_payload_written_again_is_the_same_bytes(string name)
    {
        var vector = Vector.Named(name);

        var written = vector.MessageType switch
        {
            "acknowledge" => RewriteAcknowledgement(vector.Payload),
            "agent_session_state" => Rewrite(vector.Payload, PayloadJson.AgentSessionState),
            _ => (PayloadType)vector.PayloadType switch
            {
                PayloadType.Size => Rewrite(vector.Payload, PayloadJson.TerminalSize),
                PayloadType.HandshakeRequest => Rewrite(vector.Payload, PayloadJson.HandshakeRequest),
                PayloadType.HandshakeResponse => Rewrite(vector.Payload, PayloadJson.HandshakeResponse),
                PayloadType.HandshakeComplete => Rewrite(vector.Payload, PayloadJson.HandshakeComplete),
                var other => throw new InvalidOperationException($"No record is known for payload type {other}."),
            },
        };

        Assert.Equal(Encoding.UTF8.GetString(vector.Payload), Encoding.UTF8.GetString(written));
    }

    [Fact]
    public void The_opening_message_of_the_public_client_is_read_by_its_names()
    {
        var json = Encoding.UTF8.GetBytes(Vector.OpenDataChannel);

        Assert.True(PayloadJson.TryRead(json, PayloadJson.OpenDataChannel, out var opening, out _));
        Assert.Equal(OpenDataChannel.CurrentSchemaVersion, opening.MessageSchemaVersion);
        Assert.Equal("eebaaa79-99e8-4b3f-b588-347bf288597c", opening.RequestId);
        Assert.Equal("token-33f898a341184012a3191528ba3b2a27", opening.TokenValue);
        Assert.Equal("c5fde263-2bd0-43c9-9402-0ece7555bc85", opening.ClientId);
        Assert.Equal("1.2.0.0", opening.ClientVersion);
    }

    [Fact]
    public void An_action_that_the_client_does_not_know_is_answered_in_the_public_clients_odd_shape()
    {
        // The Go client puts the status into ActionResult and leaves ActionStatus 0.
        var vector = Vector.All.First(vector => vector.PayloadType == (uint)PayloadType.HandshakeResponse);

        Assert.True(PayloadJson.TryRead(vector.Payload, PayloadJson.HandshakeResponse, out var response, out _));
        var unsupported = response.ProcessedClientActions![1];
        Assert.Equal(ActionStatus.None, unsupported.ActionStatus);
        Assert.Equal((int)ActionStatus.Unsupported, unsupported.ActionResult!.Value.GetInt32());
        Assert.Equal("Unsupported action Teleport", unsupported.Error);
    }

    [Fact]
    public void The_ports_of_a_forwarding_session_are_found_in_the_agents_handshake()
    {
        var vector = Vector.All.Last(vector => vector.PayloadType == (uint)PayloadType.HandshakeRequest);

        Assert.True(PayloadJson.TryRead(vector.Payload, PayloadJson.HandshakeRequest, out var request, out _));
        var action = Assert.Single(request.RequestedClientActions!);
        Assert.Equal(HandshakeActionType.SessionType, action.ActionType);
        Assert.True(PayloadJson.TryRead(action.ActionParameters, PayloadJson.SessionTypeParameters, out var parameters, out _));
        Assert.Equal(SessionTypeName.Port, parameters.SessionType);
        Assert.Equal("44439", parameters.Properties!.Value.GetProperty("portNumber").GetString());
    }

    private static byte[] Rewrite<T>(byte[] payload, JsonTypeInfo<T> form)
    {
        Assert.True(PayloadJson.TryRead(payload, form, out var value, out var error), error);
        return PayloadJson.Write(value, form);
    }

    private static byte[] RewriteAcknowledgement(byte[] payload)
    {
        Assert.True(Acknowledgement.TryRead(payload, out var acknowledgement));
        var buffer = new byte[Acknowledgement.MaxSize];
        return buffer[..acknowledgement.Write(buffer)];
    }
}
