using SessionManagerPlugin.Emulator.Agent;

namespace SessionManagerPlugin.Tests.Emulator.Agent;

public sealed class AgentSendBufferTests
{
    [Fact]
    public void Only_the_oldest_message_is_sent_again_and_only_when_it_is_overdue()
    {
        var buffer = Filled(3);

        Assert.False(buffer.TryResend(Milliseconds(200), out _));
        Assert.True(buffer.TryResend(Milliseconds(201), out var message));
        Assert.Equal(0, message.Span[0]);
        Assert.False(buffer.TryResend(Milliseconds(201), out _));

        Assert.True(buffer.Acknowledge(0, Milliseconds(202)));
        Assert.True(buffer.TryResend(Milliseconds(1500), out message));
        Assert.Equal(1, message.Span[0]);
    }

    [Fact]
    public void Acknowledgements_of_messages_that_are_not_waiting_are_ignored()
    {
        var buffer = Filled(2);

        Assert.False(buffer.Acknowledge(-1, Milliseconds(1)));
        Assert.False(buffer.Acknowledge(2, Milliseconds(1)));
        Assert.True(buffer.Acknowledge(1, Milliseconds(1)));
        Assert.False(buffer.Acknowledge(1, Milliseconds(1)));
        Assert.True(buffer.Acknowledge(0, Milliseconds(1)));
        Assert.True(buffer.IsEmpty);
    }

    [Fact]
    public void Messages_that_were_not_sent_cannot_be_acknowledged_or_sent_again()
    {
        var buffer = new AgentSendBuffer(capacity: 2, maxBytes: 100);
        buffer.Add(new byte[1]);

        Assert.True(buffer.HasUnsent);
        Assert.False(buffer.Acknowledge(0, default));
        Assert.False(buffer.TryResend(TimeSpan.FromHours(1), out _));
        Assert.False(buffer.HasGivenUp(TimeSpan.FromHours(1), default, TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public void A_full_buffer_takes_no_more()
    {
        var buffer = Filled(3);

        Assert.False(buffer.HasRoom);
        Assert.Throws<InvalidOperationException>(() => buffer.Add(default));
    }

    [Fact]
    public void Giving_up_counts_from_when_a_client_was_there()
    {
        var buffer = Filled(1);
        var limit = TimeSpan.FromMinutes(5);

        Assert.True(buffer.HasGivenUp(limit, since: default, limit));
        Assert.False(buffer.HasGivenUp(limit, since: Milliseconds(1), limit));
    }

    private static AgentSendBuffer Filled(int count)
    {
        var buffer = new AgentSendBuffer(count, maxBytes: 100);
        for (var i = 0; i < count; i++)
        {
            buffer.Add(new[] { (byte)i });
            Assert.True(buffer.TrySendNext(default, out _));
        }

        return buffer;
    }

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);
}
