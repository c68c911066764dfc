using System.Text;
using SessionManagerPlugin.Core.DataChannels;
using SessionManagerPlugin.Core.Errors;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Tests.Core.Support;
using SessionManagerPlugin.Tests.Protocol.Messages;

namespace SessionManagerPlugin.Tests.Core.DataChannels;

public class DataChannelEndTests
{
    private static readonly TransportException Broken = new(TransportFailure.Lost, "The connection to gateway.test broke: Broken pipe");

    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("Session terminated by the administrator", "Session terminated by the administrator")]
    public async Task What_the_service_says_as_it_closes_the_channel_is_handed_on(string? output, string expected)
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        test.Transport.ReceiveClosed(output);

        var closed = await test.Running.Soon();
        Assert.Equal(expected, closed!.Output ?? "");
        Assert.True(test.Channel.Started.IsCanceled);
        Assert.True(test.Transport.Goodbye.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_channel_closed_with_the_services_own_short_header_ends_the_session()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        var payload = "{\"Output\":\"bye\"}"u8.ToArray();
        var message = new byte[116 + payload.Length].WithType("channel_closed"u8, 0);
        message = message
            .With(TestMessage.HeaderLengthOffset, 112u)
            .With(TestMessage.CreatedDateOffset, 1ul)
            .With(112, (uint)payload.Length);
        System.Security.Cryptography.SHA256.HashData(payload, message.AsSpan(TestMessage.DigestOffset, TestMessage.DigestSize));
        payload.CopyTo(message, 116);
        test.Transport.Receive(message);

        Assert.Equal("bye", (await test.Running.Soon())!.Output);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not JSON")]
    [InlineData("null")]
    [InlineData("{\"Output\":5}")]
    [InlineData("{\"Output\":\"\\ud800\"}")]
    public async Task A_channel_closed_that_cannot_be_read_ends_the_session_all_the_same(string payload)
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        test.Transport.Receive(FakeTransport.Closed(payload));

        Assert.Equal("", (await test.Running.Soon())!.Output ?? "");
    }

    [Theory]
    [InlineData(TransportFailure.Lost, SessionErrorReason.ConnectionLost)]
    [InlineData(TransportFailure.Closed, SessionErrorReason.ConnectionLost)]
    [InlineData(TransportFailure.Refused, SessionErrorReason.TokenRefused)]
    [InlineData(TransportFailure.MessageTooLarge, SessionErrorReason.ProtocolViolation)]
    public async Task A_connection_that_ends_without_channel_closed_is_an_error_that_says_why(
        TransportFailure failure, SessionErrorReason expected)
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        var cause = new TransportException(failure, "gateway.test closed the connection (code 1000, \"Bye\")");
        test.Transport.FailReads(cause);

        var error = await Assert.ThrowsAsync<SessionException>(() => test.Running.Soon());
        Assert.Equal(expected, error.Reason);
        Assert.Contains("gateway.test closed the connection (code 1000, \"Bye\")", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(ChannelUnderTest.Token, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("signature", error.ToString(), StringComparison.Ordinal);
        Assert.Same(cause, error.InnerException);
        Assert.True(test.Channel.Started.IsCanceled);
        Assert.False(await test.Channel.Received.WaitToReadAsync(CancellationToken.None).Soon());
    }

    [Fact]
    public async Task A_connection_that_fails_at_the_opening_is_lost()
    {
        await using var test = new ChannelUnderTest();
        test.Transport.FailWrites(Broken);
        test.Start();

        var error = await Assert.ThrowsAsync<SessionException>(() => test.Running.Soon());
        Assert.Equal(SessionErrorReason.ConnectionLost, error.Reason);
        Assert.True(test.Channel.Started.IsCanceled);
    }

    [Fact]
    public async Task A_write_that_fails_just_before_channel_closed_is_read_does_not_hide_it()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        test.Transport.FailWrites(Broken);
        await test.SendAsync("typed into a closed session");
        await test.Time.WhenWaitingAsync(DataChannelOptions.Default.RefusalGrace).Soon();
        test.Transport.ReceiveClosed("Session terminated");

        Assert.Equal("Session terminated", (await test.Running.Soon())!.Output);
    }

    [Fact]
    public async Task A_write_that_fails_just_before_a_refusal_is_read_does_not_hide_it()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        test.Transport.FailWrites(Broken);
        await test.SendAsync("typed");
        await test.Time.WhenWaitingAsync(DataChannelOptions.Default.RefusalGrace).Soon();
        test.Transport.FailReads(new TransportException(TransportFailure.Refused, "gateway.test closed the connection (code 1008)"));

        var error = await Assert.ThrowsAsync<SessionException>(() => test.Running.Soon());
        Assert.Equal(SessionErrorReason.TokenRefused, error.Reason);
    }

    [Fact]
    public async Task A_write_that_fails_with_nothing_left_to_read_is_a_lost_connection()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        test.Transport.FailWrites(Broken);
        await test.SendAsync("typed");
        await test.Time.WhenWaitingAsync(DataChannelOptions.Default.RefusalGrace).Soon();
        test.Time.Advance(DataChannelOptions.Default.RefusalGrace);

        var error = await Assert.ThrowsAsync<SessionException>(() => test.Running.Soon());
        Assert.Equal(SessionErrorReason.ConnectionLost, error.Reason);
        Assert.Contains("Broken pipe", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancellation_does_not_wait_for_what_a_broken_connection_still_has_to_say()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        test.Transport.FailWrites(Broken);
        await test.SendAsync("typed");
        await test.Time.WhenWaitingAsync(DataChannelOptions.Default.RefusalGrace).Soon();
        test.Cancel();

        await Assert.ThrowsAsync<TaskCanceledException>(() => test.Running.Soon());
    }

    [Fact]
    public async Task Cancelled_before_it_began_it_still_says_goodbye()
    {
        await using var test = new ChannelUnderTest();
        test.Cancel();
        test.Start();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Running.Soon());
        await test.Transport.Goodbye.Soon();
        Assert.True(test.Channel.Started.IsCanceled);
    }

    [Fact]
    public async Task Cancelled_while_the_opening_is_stuck_it_ends_and_says_goodbye()
    {
        await using var test = new ChannelUnderTest();
        test.Transport.BlockFlushes();
        test.Start();
        await test.Transport.WhenFlushBlockedAsync();
        test.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Running.Soon());
        await test.Transport.Goodbye.Soon();
    }

    [Fact]
    public async Task Cancelled_while_nothing_happens_it_ends_and_says_goodbye()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        test.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Running.Soon());
        Assert.Equal("session ended", await test.Transport.Goodbye.Soon());
        Assert.False(await test.Channel.Received.WaitToReadAsync(CancellationToken.None).Soon());
    }

    [Fact]
    public async Task Cancelled_while_the_socket_takes_nothing_it_ends_and_says_goodbye()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        test.Transport.BlockFlushes();
        await test.SendAsync("stuck");
        await test.Transport.WhenFlushBlockedAsync();
        test.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Running.Soon());
        await test.Transport.Goodbye.Soon();
    }

    [Fact]
    public async Task Cancelled_with_a_gateway_that_does_not_answer_it_ends_after_the_grace()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        test.Transport.AnswersGoodbye = false;
        test.Cancel();
        await test.Time.WhenWaitingAsync(DataChannelOptions.Default.GoodbyeGrace).Soon();
        Assert.False(test.Running.IsCompleted);
        test.Time.Advance(DataChannelOptions.Default.GoodbyeGrace);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Running.Soon());
    }

    [Fact]
    public async Task Cancelled_while_the_local_end_takes_nothing_it_ends_after_the_grace()
    {
        await using var test = await ChannelUnderTest.OpenAsync(DataChannelOptions.Default with { ReceiveBufferBytes = 2 });
        test.Transport.ReceiveOutput(0, "abc");
        Assert.True(await test.Channel.Received.WaitToReadAsync(CancellationToken.None).Soon());
        test.Cancel();
        await test.Time.WhenWaitingAsync(DataChannelOptions.Default.GoodbyeGrace).Soon();
        test.Time.Advance(DataChannelOptions.Default.GoodbyeGrace);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Running.Soon());
    }

    [Fact]
    public async Task Cancelled_during_the_handshake_it_ends_and_says_goodbye()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        test.Transport.ReceiveStream(0, PayloadType.HandshakeRequest, Encoding.UTF8.GetBytes(DataChannelHandshakeTests.Request()));
        await test.Transport.NextStreamAsync();
        test.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Running.Soon());
        await test.Transport.Goodbye.Soon();
        Assert.True(test.Channel.Started.IsCanceled);
    }

    [Fact]
    public async Task A_fault_of_the_transport_that_nobody_foresaw_is_not_swallowed()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        test.Transport.FailReads(new InvalidDataException("unforeseen"));

        await Assert.ThrowsAsync<InvalidDataException>(() => test.Running.Soon());
        await test.Transport.Goodbye.Soon();
    }

    [Fact]
    public async Task However_it_ends_no_failure_of_a_task_is_left_unobserved()
    {
        var unobserved = new List<Exception>();
        void Note(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            if (e.Exception.ToString().Contains(nameof(DataChannel), StringComparison.Ordinal))
            {
                unobserved.Add(e.Exception);
            }
        }

        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            for (var round = 0; round < 20; round++)
            {
                await EndInEveryWayAsync();
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }

        Assert.Empty(unobserved);
    }

    private static async Task EndInEveryWayAsync()
    {
        foreach (var way in new Action<ChannelUnderTest>[]
        {
            test => test.Cancel(),
            test => test.Transport.ReceiveClosed(""),
            test => test.Transport.FailReads(new TransportException(TransportFailure.Lost, "lost")),
            test =>
            {
                test.Transport.FailWrites(Broken);
                test.Transport.FailReads(new TransportException(TransportFailure.Refused, "refused"));
            },
        })
        {
            await using var test = await ChannelUnderTest.OpenAsync();
            await test.SendAsync("x");
            way(test);
            await test.Running.ContinueWith(static ended => _ = ended.Exception, TaskScheduler.Default).Soon();
        }
    }
}
