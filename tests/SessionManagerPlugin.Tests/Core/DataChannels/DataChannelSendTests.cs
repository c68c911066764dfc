using System.Text;
using SessionManagerPlugin.Core.Errors;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Core.DataChannels;

public class DataChannelSendTests
{
    private static readonly TimeSpan FirstTimeout = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task Input_is_numbered_from_zero_in_the_order_it_was_typed()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        for (var number = 0; number < 5; number++)
        {
            await test.SendAsync($"key {number}");
        }

        for (var number = 0; number < 5; number++)
        {
            var sent = await test.Transport.NextAsync();
            Assert.Equal($"key {number}", sent.Text);
            Assert.Equal(number, sent.Header.SequenceNumber);
            Assert.Equal(MessageType.InputStreamData, sent.Header.MessageType);
            Assert.Equal(PayloadType.Output, sent.Header.PayloadType);
        }
    }

    [Fact]
    public async Task The_callers_buffer_is_its_own_again_when_the_send_completes()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        var gate = test.Transport.BlockFlushes();
        var buffer = "first"u8.ToArray();
        await test.Channel.SendAsync(PayloadType.Output, buffer, CancellationToken.None).Soon();
        "other"u8.CopyTo(buffer);
        gate.SetResult();

        Assert.Equal("first", (await test.Transport.NextStreamAsync()).Text);
    }

    [Fact]
    public async Task What_is_not_acknowledged_is_sent_again_byte_for_byte()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        await test.SendAsync("ls\r");
        var first = await test.Transport.NextStreamAsync();

        // The second wait is twice the first: nothing at all has been acknowledged.
        foreach (var wait in (TimeSpan[])[FirstTimeout, FirstTimeout * 2])
        {
            await test.Time.WhenWaitingAsync(wait).Soon();
            test.Time.Advance(wait);
            Assert.Equal(first.Bytes, (await test.Transport.NextStreamAsync()).Bytes);
        }
    }

    [Fact]
    public async Task A_timer_brings_a_lost_message_back_and_not_only_the_next_key()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        await test.SendAsync("lost");
        await test.Transport.NextStreamAsync();
        await test.Time.WhenWaitingAsync(FirstTimeout).Soon();

        test.Time.Advance(FirstTimeout);
        Assert.Equal("lost", (await test.Transport.NextStreamAsync()).Text);
    }

    [Fact]
    public async Task What_is_acknowledged_is_not_sent_again()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        await test.SendAsync("a");
        await test.SendAsync("b");
        var a = await test.Transport.NextStreamAsync();
        var b = await test.Transport.NextStreamAsync();
        test.Transport.ReceiveAcknowledgement(b);
        test.Transport.ReceiveAcknowledgement(a);
        test.Transport.ReceiveOutput(0, "x");
        await test.Transport.NextAcknowledgementAsync();

        for (var second = 0; second < 20; second++)
        {
            Assert.Empty(await test.SentAfterAsync(TimeSpan.FromSeconds(1)));
        }
    }

    [Fact]
    public async Task A_lost_burst_comes_back_in_one_timeout()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        for (var number = 0; number < 100; number++)
        {
            await test.SendAsync($"{number}");
        }

        var sent = new List<SentMessage>();
        for (var number = 0; number < 100; number++)
        {
            sent.Add(await test.Transport.NextStreamAsync());
        }

        test.Transport.ReceiveAcknowledgement(sent[40]);
        test.Transport.ReceiveOutput(0, "x");
        await test.Transport.NextAcknowledgementAsync();

        var again = await test.SentAfterAsync(FirstTimeout);
        Assert.Equal(sent.Where(message => message != sent[40]).Select(message => message.Text), again.Select(message => message.Text));
    }

    [Fact]
    public async Task When_the_window_is_full_the_source_waits_until_an_acknowledgement_makes_room()
    {
        // 20 places, of which 16 are kept free of data.
        await using var test = await ChannelUnderTest.OpenAsync(DataChannelOptions.Default with { SendWindowMessages = 20 });
        var sent = new List<SentMessage>();
        for (var number = 0; number < 4; number++)
        {
            await test.SendAsync($"{number}");
            sent.Add(await test.Transport.NextStreamAsync());
        }

        var waiting = test.SendAsync("4");
        Assert.False(waiting.IsCompleted);

        // An acknowledgement in the middle frees no place: the window's first message holds it.
        test.Transport.ReceiveAcknowledgement(sent[2]);
        test.Transport.ReceiveOutput(0, "x");
        await test.Transport.NextAcknowledgementAsync();
        Assert.False(waiting.IsCompleted);

        test.Transport.ReceiveAcknowledgement(sent[0]);
        await waiting;
        Assert.Equal("4", (await test.Transport.NextStreamAsync()).Text);
    }

    [Fact]
    public async Task Sizes_and_control_keys_do_not_wait_behind_data_and_are_bounded_too()
    {
        await using var test = await ChannelUnderTest.OpenAsync(DataChannelOptions.Default with { SendWindowMessages = 20 });
        for (var number = 0; number < 4; number++)
        {
            await test.SendAsync("data");
        }

        var waiting = test.SendAsync("waits");
        for (var number = 0; number < 16; number++)
        {
            Assert.True(test.Channel.TrySend(PayloadType.Size, "{}"u8));
        }

        Assert.False(test.Channel.TrySend(PayloadType.Size, "{}"u8));
        Assert.False(waiting.IsCompleted);
        for (var number = 0; number < 20; number++)
        {
            test.Transport.ReceiveAcknowledgement(await test.Transport.NextStreamAsync());
        }

        await waiting;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(17)]
    public async Task A_small_window_is_slow_and_not_stuck_for_ever(int messages)
    {
        await using var test = await ChannelUnderTest.OpenAsync(DataChannelOptions.Default with { SendWindowMessages = messages });
        for (var number = 0; number < 5; number++)
        {
            await test.SendAsync("x");
            test.Transport.ReceiveAcknowledgement(await test.Transport.NextStreamAsync());
        }
    }

    [Fact]
    public async Task A_full_window_in_bytes_holds_the_source_too()
    {
        await using var test = await ChannelUnderTest.OpenAsync(DataChannelOptions.Default with { SendWindowBytes = 300 });
        await test.SendAsync(new string('a', 100));
        var waiting = test.SendAsync(new string('b', 100));
        Assert.False(waiting.IsCompleted);

        test.Transport.ReceiveAcknowledgement(await test.Transport.NextStreamAsync());
        await waiting;
    }

    [Fact]
    public async Task A_wait_for_room_can_be_cancelled()
    {
        await using var test = await ChannelUnderTest.OpenAsync(DataChannelOptions.Default with { SendWindowMessages = 17 });
        await test.SendAsync("x");
        using var stop = new CancellationTokenSource();
        var waiting = test.Channel.SendAsync(PayloadType.Output, "y"u8.ToArray(), stop.Token).Soon();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        test.Transport.ReceiveAcknowledgement(await test.Transport.NextStreamAsync());
        await test.SendAsync("z");
        Assert.Equal("z", (await test.Transport.NextStreamAsync()).Text);
    }

    [Fact]
    public async Task An_agent_that_acknowledges_nothing_for_five_minutes_is_given_up()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        await test.SendAsync("anybody?");
        await test.Transport.NextStreamAsync();

        Assert.NotEmpty(await test.SentAfterAsync(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1)));
        Assert.False(test.Running.IsCompleted);

        test.Advance(TimeSpan.FromSeconds(1));
        var failure = await Assert.ThrowsAsync<SessionException>(() => test.Running.Soon());
        Assert.Equal(SessionErrorReason.AgentUnresponsive, failure.Reason);
        Assert.Contains("5 minutes", failure.Message, StringComparison.Ordinal);
        Assert.True(test.Transport.Goodbye.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_slow_local_end_does_not_make_the_agent_look_gone()
    {
        await using var test = await ChannelUnderTest.OpenAsync(DataChannelOptions.Default with { ReceiveBufferBytes = 4 });
        await test.SendAsync("typed");
        var typed = await test.Transport.NextStreamAsync();
        test.Transport.ReceiveOutput(0, "1234");
        await test.Transport.NextAcknowledgementAsync();
        test.Transport.ReceiveOutput(1, "5678");
        test.Transport.ReceiveAcknowledgement(typed);

        // The agent's answer lies behind output that nobody has taken, for longer than an agent may be silent.
        await test.Transport.WhenReceivesAsync(2);
        for (var minute = 0; minute < 7; minute++)
        {
            Assert.Contains(await test.SentAfterAsync(TimeSpan.FromMinutes(1)), sent => sent.Text == "typed");
        }

        Assert.False(test.Running.IsCompleted);
        Assert.Equal("12345678", await test.ReadTextAsync(8));
        await test.Transport.NextAcknowledgementAsync();
        test.Transport.ReceiveClosed("");
        await test.Running.Soon();
    }

    [Fact]
    public async Task Acknowledgements_leave_in_front_of_data_and_share_its_flush()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        var gate = test.Transport.BlockFlushes();
        await test.SendAsync("holds the flush");
        await test.Transport.WhenFlushBlockedAsync();
        test.Transport.ReceiveOutput(0, "a");
        test.Transport.ReceiveOutput(1, "b");
        await test.ReadTextAsync(2);
        await test.SendAsync("data");
        await test.Transport.WhenReceivesAsync(3);
        gate.SetResult();

        Assert.Equal("holds the flush", (await test.Transport.NextAsync()).Text);
        Assert.Equal(0, (await test.Transport.NextAsync()).Acknowledgement.SequenceNumber);
        Assert.Equal(1, (await test.Transport.NextAsync()).Acknowledgement.SequenceNumber);
        Assert.Equal("data", (await test.Transport.NextAsync()).Text);
    }

    [Fact]
    public async Task More_acknowledgements_than_can_wait_are_left_out_and_come_with_the_duplicates()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        var gate = test.Transport.BlockFlushes();
        await test.SendAsync("holds the flush");
        await test.Transport.WhenFlushBlockedAsync();
        const int Count = 6000;
        for (var number = 0; number < Count; number++)
        {
            test.Transport.ReceiveOutput(number, "x");
        }

        await test.ReadAsync(Count);
        await test.Transport.WhenReceivesAsync(Count + 1);
        gate.SetResult();
        var last = -1L;
        while (last < 4000)
        {
            var next = (await test.Transport.NextAcknowledgementAsync()).Acknowledgement.SequenceNumber;
            Assert.Equal(last + 1, next);
            last = next;
        }

        test.Transport.ReceiveOutput(Count - 1, "x");
        while (last < Count - 1)
        {
            last = (await test.Transport.NextAcknowledgementAsync()).Acknowledgement.SequenceNumber;
        }

        test.Transport.ReceiveClosed("");
        await test.Running.Soon();
        Assert.False(test.Channel.Received.TryRead(out _, out _));
    }

    [Fact]
    public async Task A_payload_above_the_usual_size_is_sent_whole()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        var text = new string('x', 5000);
        Assert.True(test.Channel.TrySend(PayloadType.HandshakeResponse, Encoding.UTF8.GetBytes(text)));
        Assert.Equal(text, (await test.Transport.NextStreamAsync()).Text);
    }
}
