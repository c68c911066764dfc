using System.Text;
using System.Text.Json;
using SessionManagerPlugin.Core.Errors;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Core.DataChannels;

/// <summary>A connection goes, the session stays.</summary>
public class DataChannelResumeTests
{
    private static readonly TransportException Broken = new(TransportFailure.Lost, "The connection to gateway.test broke: reset");
    private readonly FakeResumer _resumer = new();

    [Fact]
    public async Task The_new_connection_is_opened_with_the_new_token()
    {
        await using var test = await OpenAsync();
        var next = await LoseAsync(test, "second-token");

        var opening = await next.NextAsync();

        Assert.Equal(MessageKind.Text, opening.Kind);
        var json = JsonDocument.Parse(opening.Bytes).RootElement;
        Assert.Equal("second-token", json.GetProperty("TokenValue").GetString());
        Assert.Equal(ChannelUnderTest.Session.ClientId, json.GetProperty("ClientId").GetString());
        Assert.True(test.Transport.IsDisposed);
    }

    [Fact]
    public async Task What_was_typed_and_not_acknowledged_is_sent_again_at_once_oldest_first_and_byte_for_byte()
    {
        await using var test = await OpenAsync();
        await test.SendAsync("one");
        await test.SendAsync("two");
        await test.SendAsync("three");
        SentMessage[] before = [await test.Transport.NextStreamAsync(), await test.Transport.NextStreamAsync(), await test.Transport.NextStreamAsync()];
        test.Transport.ReceiveAcknowledgement(before[1]);
        await test.Transport.WhenReceivesAsync(3);

        var next = await LoseAsync(test);
        await next.NextAsync();

        Assert.Equal(before[0].Bytes, (await next.NextStreamAsync()).Bytes);
        Assert.Equal(before[2].Bytes, (await next.NextStreamAsync()).Bytes);
    }

    [Fact]
    public async Task What_is_typed_while_there_is_no_connection_is_sent_on_the_next_with_the_counters_going_on()
    {
        await using var test = await OpenAsync();
        await test.SendAsync("before");
        test.Transport.ReceiveAcknowledgement(await test.Transport.NextStreamAsync());
        await test.Transport.WhenReceivesAsync(3);
        test.Transport.FailReads(Broken);
        await _resumer.NextAskedAsync();

        await test.SendAsync("meanwhile");
        var next = _resumer.Connect("t");
        await next.NextAsync();
        var sent = await next.NextStreamAsync();

        Assert.Equal("meanwhile", sent.Text);
        Assert.Equal(1, sent.Header.SequenceNumber);
    }

    [Fact]
    public async Task What_the_agent_sends_again_is_not_shown_twice_and_is_acknowledged()
    {
        await using var test = await OpenAsync();
        var next = await LoseAsync(test);
        var id = next.ReceiveOutput(0, "$ ");
        next.ReceiveOutput(1, "more");

        Assert.Equal("$ more", await test.ReadTextAsync(6));
        Assert.Equal(id, (await next.NextAcknowledgementAsync()).Acknowledgement.AcknowledgedMessageId);
    }

    [Fact]
    public async Task A_message_that_was_half_delivered_when_the_connection_went_is_delivered_once()
    {
        await using var test = await OpenAsync(DataChannelOptions.Default with { ReceiveBufferBytes = 10 });
        Assert.Equal("$ ", await test.ReadTextAsync(2));
        test.Transport.ReceiveOutput(1, "abcdefghijklmnopqrstuvwxyz");
        await test.Transport.WhenReceivesAsync(2);

        // The receiving task waits for room; the sending task finds the connection lost.
        await test.Channel.Received.WaitToReadAsync(CancellationToken.None);
        test.Transport.FailWrites(Broken);
        Assert.True(test.Channel.TrySend(PayloadType.Size, "x"u8));
        await test.Time.WhenWaitingAsync(DataChannelOptions.Default.RefusalGrace).Soon();
        test.Time.Advance(DataChannelOptions.Default.RefusalGrace);
        await _resumer.NextAskedAsync();
        var next = _resumer.Connect("t");
        next.ReceiveOutput(1, "abcdefghijklmnopqrstuvwxyz");
        next.ReceiveOutput(2, "!");

        Assert.Equal("abcdefghijklmnopqrstuvwxyz!", await test.ReadTextAsync(27));
    }

    [Fact]
    public async Task A_message_that_came_early_and_was_acknowledged_is_not_lost_when_the_connection_goes_before_its_turn_is_over()
    {
        await using var test = await OpenAsync(DataChannelOptions.Default with { ReceiveBufferBytes = 10 });
        Assert.Equal("$ ", await test.ReadTextAsync(2));
        test.Transport.ReceiveOutput(2, "early-and-longer-than-the-buffer");
        test.Transport.ReceiveOutput(1, "late");
        await test.Transport.WhenReceivesAsync(3);
        await test.Channel.Received.WaitToReadAsync(CancellationToken.None);
        test.Transport.FailWrites(Broken);
        Assert.True(test.Channel.TrySend(PayloadType.Size, "x"u8));
        await test.Time.WhenWaitingAsync(DataChannelOptions.Default.RefusalGrace).Soon();
        test.Time.Advance(DataChannelOptions.Default.RefusalGrace);
        await _resumer.NextAskedAsync();

        // It was acknowledged: the agent does not send it again.
        _resumer.Connect("t");

        Assert.Equal("lateearly-and-longer-than-the-buffer", await test.ReadTextAsync(36));
    }

    [Fact]
    public async Task A_second_loss_right_behind_the_first_is_handled()
    {
        await using var test = await OpenAsync();
        await test.SendAsync("typed");
        await test.Transport.NextStreamAsync();
        var second = await LoseAsync(test, "second");
        second.FailReads(Broken);
        Assert.Equal((Broken.Message, false), await _resumer.NextAskedAsync());
        var third = _resumer.Connect("third");

        Assert.Equal("third", JsonDocument.Parse((await third.NextAsync()).Bytes).RootElement.GetProperty("TokenValue").GetString());
        Assert.Equal("typed", (await third.NextStreamAsync()).Text);
        Assert.True(second.IsDisposed);
    }

    [Fact]
    public async Task The_hourly_close_is_a_loss_like_any_other()
    {
        await using var test = await OpenAsync();
        test.Transport.FailReads(new TransportException(TransportFailure.Closed, "gateway.test closed the connection (code 1000, \"Bye\")"));

        var (reason, wasSound) = await _resumer.NextAskedAsync();

        Assert.Contains("Bye", reason, StringComparison.Ordinal);
        Assert.True(wasSound);
    }

    [Fact]
    public async Task A_session_that_is_over_meanwhile_ends_without_an_error()
    {
        await using var test = await OpenAsync();
        test.Transport.FailReads(Broken);
        await _resumer.NextAskedAsync();
        _resumer.SayOver();

        Assert.Null(await test.Running.Soon());
    }

    [Fact]
    public async Task A_session_of_which_nothing_was_ever_heard_is_not_resumed()
    {
        await using var test = await ChannelUnderTest.OpenAsync(resumer: _resumer);
        test.Transport.FailReads(Broken);

        var error = await Assert.ThrowsAsync<SessionException>(() => test.Running.Soon());

        Assert.Equal(SessionErrorReason.ConnectionLost, error.Reason);
    }

    [Fact]
    public async Task A_handshake_that_a_loss_interrupts_has_its_time_again_on_the_new_connection()
    {
        await using var test = await ChannelUnderTest.OpenAsync(resumer: _resumer);
        test.Transport.ReceiveStream(0, PayloadType.HandshakeRequest, Encoding.UTF8.GetBytes(DataChannelHandshakeTests.Request("Standard_Stream")));
        test.Transport.ReceiveAcknowledgement(await test.Transport.NextStreamAsync());
        await test.Transport.WhenReceivesAsync(3);
        test.Transport.FailReads(Broken);
        await _resumer.NextAskedAsync();
        test.Time.Advance(DataChannelOptions.Default.HandshakeTimeout * 2);
        var next = _resumer.Connect("t");
        await next.NextAsync();
        Assert.Empty(await LookAsync(test, next));

        next.ReceiveStream(1, PayloadType.HandshakeComplete, "{}"u8);

        Assert.Equal("Standard_Stream", (await test.Channel.Started.Soon()).SessionType);
    }

    [Fact]
    public async Task A_handshake_that_nobody_completes_on_the_new_connection_either_is_given_up()
    {
        await using var test = await ChannelUnderTest.OpenAsync(resumer: _resumer);
        test.Transport.ReceiveStream(0, PayloadType.HandshakeRequest, Encoding.UTF8.GetBytes(DataChannelHandshakeTests.Request("Standard_Stream")));
        test.Transport.ReceiveAcknowledgement(await test.Transport.NextStreamAsync());
        await test.Transport.WhenReceivesAsync(3);
        test.Transport.FailReads(Broken);
        await _resumer.NextAskedAsync();
        var next = _resumer.Connect("t");
        await next.NextAsync();
        await test.Time.WhenWaitingAsync(DataChannelOptions.Default.HandshakeTimeout).Soon();
        test.Time.Advance(DataChannelOptions.Default.HandshakeTimeout);

        Assert.Equal(SessionErrorReason.HandshakeTimeout, (await Assert.ThrowsAsync<SessionException>(() => test.Running.Soon())).Reason);
    }

    [Fact]
    public async Task Silence_of_the_service_is_a_lost_connection_and_a_slow_local_end_is_not()
    {
        await using var test = await OpenAsync();
        test.Transport.SilentFor = TimeSpan.FromSeconds(59);
        await TickAsync(test);
        test.Transport.SilentFor = TimeSpan.Zero;
        await TickAsync(test);
        Assert.False(test.Transport.IsDisposed);

        test.Transport.SilentFor = TimeSpan.FromSeconds(60);
        await TickAsync(test);

        Assert.Contains("no sign of life for 60 s", (await _resumer.NextAskedAsync()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_watch_for_silence_can_be_switched_off()
    {
        await using var test = await OpenAsync(DataChannelOptions.Default with { DeadPeerAfter = TimeSpan.Zero });
        test.Transport.SilentFor = TimeSpan.FromDays(1);
        await TickAsync(test);
        await TickAsync(test);

        // Still there: what is typed leaves on the first connection.
        await test.SendAsync("typed");
        Assert.Equal("typed", (await test.Transport.NextStreamAsync()).Text);
    }

    [Fact]
    public async Task A_machine_that_slept_finds_its_connection_lost_at_once()
    {
        await using var test = await OpenAsync();
        await test.Time.WhenWaitingAsync(TimeSpan.FromSeconds(1)).Soon();

        test.Time.JumpWall(TimeSpan.FromMinutes(12));
        test.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Contains("slept for 720 s", (await _resumer.NextAskedAsync()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_was_stopped_reads_what_came_meanwhile_before_it_takes_the_service_for_dead()
    {
        await using var test = await OpenAsync();
        await test.Time.WhenWaitingAsync(TimeSpan.FromSeconds(1)).Soon();

        test.Transport.SilentFor = TimeSpan.FromSeconds(90);
        test.Time.AdvanceInOneStep(TimeSpan.FromSeconds(90));
        test.Transport.ReceiveOutput(1, "here I am");

        Assert.Equal("$ here I am", await test.ReadTextAsync(11));
    }

    /// <summary>Lets the sending task look at everything that is due; gives what it sent of its own.</summary>
    private static async Task<List<SentMessage>> LookAsync(ChannelUnderTest test, FakeTransport transport)
    {
        Assert.True(test.Channel.TrySend(PayloadType.Parameter, "look"u8));
        var sent = new List<SentMessage>();
        while (true)
        {
            var next = await Task.WhenAny(transport.NextStreamAsync(), test.Running).Soon() is Task<SentMessage> stream
                ? await stream
                : throw new InvalidOperationException("the channel ended", test.Running.Exception);
            if (next.Text == "look")
            {
                return sent;
            }

            sent.Add(next);
        }
    }

    /// <summary>A plain shell that has shown its prompt.</summary>
    private async Task<ChannelUnderTest> OpenAsync(DataChannelOptions? options = null)
    {
        var test = await ChannelUnderTest.OpenAsync(options, _resumer);
        test.Transport.ReceiveOutput(0, "$ ");
        await test.Channel.Started.Soon();
        return test;
    }

    private async Task<FakeTransport> LoseAsync(ChannelUnderTest test, string token = "t")
    {
        test.Transport.FailReads(Broken);
        Assert.Equal((Broken.Message, true), await _resumer.NextAskedAsync());
        return _resumer.Connect(token);
    }

    private static async Task TickAsync(ChannelUnderTest test)
    {
        await test.Time.WhenWaitingAsync(TimeSpan.FromSeconds(1)).Soon();
        test.Time.Advance(TimeSpan.FromSeconds(1));
    }
}
