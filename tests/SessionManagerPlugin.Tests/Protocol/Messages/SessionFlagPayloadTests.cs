using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Tests.Protocol.Messages;

public class SessionFlagPayloadTests
{
    [Fact]
    public void The_flag_that_ends_a_session_is_the_four_bytes_that_agents_expect()
    {
        var payload = new byte[SessionFlagPayload.Size];

        SessionFlagPayload.Write(payload, SessionFlag.TerminateSession);

        Assert.Equal([0, 0, 0, 2], payload);
    }

    [Fact]
    public void The_flag_that_a_client_sent_is_read()
    {
        var vector = Assert.Single(Vector.All, vector => vector.PayloadType == (uint)PayloadType.Flag);

        Assert.True(SessionFlagPayload.TryRead(vector.Payload, out var flag));
        Assert.Equal(SessionFlag.TerminateSession, flag);
    }

    [Fact]
    public void A_flag_of_tomorrow_is_passed_on()
    {
        Assert.True(SessionFlagPayload.TryRead([0xff, 0xff, 0xff, 0xff], out var flag));
        Assert.Equal(uint.MaxValue, (uint)flag);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    public void A_flag_of_another_length_is_refused(int length) =>
        Assert.False(SessionFlagPayload.TryRead(new byte[length], out _));
}
