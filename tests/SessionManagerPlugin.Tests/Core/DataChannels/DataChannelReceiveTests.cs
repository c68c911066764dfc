using System.Text;
using System.Text.Json;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;
using SessionManagerPlugin.Tests.Core.Support;
using SessionManagerPlugin.Tests.Protocol.Messages;

namespace SessionManagerPlugin.Tests.Core.DataChannels;

public class DataChannelReceiveTests
{
    [Fact]
    public async Task The_first_message_shows_the_token_and_is_text()
    {
        await using var test = await ChannelUnderTest.OpenAsync();

        Assert.Equal(MessageKind.Text, test.Opening.Kind);
        using var json = JsonDocument.Parse(test.Opening.Text);
        Assert.Equal(
            ["MessageSchemaVersion", "RequestId", "TokenValue", "ClientId", "ClientVersion"],
            json.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal("1.0", json.RootElement.GetProperty("MessageSchemaVersion").GetString());
        Assert.Equal(ChannelUnderTest.Token, json.RootElement.GetProperty("TokenValue").GetString());
        Assert.Equal(ChannelUnderTest.Session.ClientId, json.RootElement.GetProperty("ClientId").GetString());
        Assert.Equal(DataChannelOptions.Default.ClientVersion, json.RootElement.GetProperty("ClientVersion").GetString());
        Assert.True(Guid.TryParse(json.RootElement.GetProperty("RequestId").GetString(), out _));
    }

    [Fact]
    public async Task A_shell_without_a_handshake_starts_with_its_first_output_which_is_shown()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        Assert.False(test.Channel.Started.IsCompleted);

        test.Transport.ReceiveOutput(0, "sh-5.2$ ");

        var start = await test.Channel.Started.Soon();
        Assert.Equal(SessionTypeName.StandardStream, start.SessionType);
        Assert.Null(start.AgentVersion);
        Assert.Equal("sh-5.2$ ", await test.ReadTextAsync(8));
    }

    [Fact]
    public async Task Output_is_acknowledged_by_its_id_number_and_type()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        for (var number = 0; number < 3; number++)
        {
            var id = test.Transport.ReceiveOutput(number, "x");
            var sent = await test.Transport.NextAsync();

            Assert.Equal(
                new Acknowledgement(MessageType.OutputStreamData, id, number), sent.Acknowledgement);
            Assert.Equal(MessageType.Acknowledge, sent.Header.MessageType);
            Assert.Equal(MessageFlags.SynFin, sent.Header.Flags);
            Assert.Equal(0, sent.Header.SequenceNumber);
            Assert.Equal(PayloadType.None, sent.Header.PayloadType);
        }
    }

    [Fact]
    public async Task Output_that_came_twice_is_shown_once_and_acknowledged_twice()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        var first = test.Transport.ReceiveOutput(0, "a");
        var again = test.Transport.ReceiveOutput(0, "a");
        test.Transport.ReceiveOutput(1, "b");

        Assert.Equal("ab", await test.ReadTextAsync(2));
        Assert.Equal(first, (await test.Transport.NextAcknowledgementAsync()).Acknowledgement.AcknowledgedMessageId);
        Assert.Equal(again, (await test.Transport.NextAcknowledgementAsync()).Acknowledgement.AcknowledgedMessageId);
        Assert.Equal(1, (await test.Transport.NextAcknowledgementAsync()).Acknowledgement.SequenceNumber);
        Assert.False(test.Channel.Received.TryRead(out _, out _));
    }

    [Fact]
    public async Task Output_out_of_order_is_shown_in_order_and_all_of_it_acknowledged_as_it_comes()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        foreach (var number in new[] { 3, 1, 2, 2, 0, 4 })
        {
            test.Transport.ReceiveOutput(number, number.ToString());
        }

        Assert.Equal("01234", await test.ReadTextAsync(5));
        var acknowledged = new List<long>();
        for (var i = 0; i < 6; i++)
        {
            acknowledged.Add((await test.Transport.NextAcknowledgementAsync()).Acknowledgement.SequenceNumber);
        }

        Assert.Equal([3, 1, 2, 2, 0, 4], acknowledged);
    }

    [Fact]
    public async Task What_there_is_no_room_for_is_neither_kept_nor_acknowledged_and_comes_again()
    {
        await using var test = await ChannelUnderTest.OpenAsync(DataChannelOptions.Default with { ReorderMessages = 2 });
        test.Transport.ReceiveOutput(2, "c");
        test.Transport.ReceiveOutput(1, "b");
        test.Transport.ReceiveOutput(3, "lost");
        test.Transport.ReceiveOutput(long.MaxValue, "far");
        test.Transport.ReceiveOutput(0, "a");
        test.Transport.ReceiveOutput(3, "d");

        Assert.Equal("abcd", await test.ReadTextAsync(4));
        foreach (var expected in new[] { 2, 1, 0, 3 })
        {
            Assert.Equal(expected, (await test.Transport.NextAcknowledgementAsync()).Acknowledgement.SequenceNumber);
        }
    }

    [Fact]
    public async Task Early_output_is_bounded_in_bytes_too()
    {
        await using var test = await ChannelUnderTest.OpenAsync(DataChannelOptions.Default with { ReorderBytes = 10 });
        test.Transport.ReceiveOutput(1, "12345678");
        test.Transport.ReceiveOutput(2, "too much");
        test.Transport.ReceiveOutput(0, "a");

        Assert.Equal("a12345678", await test.ReadTextAsync(9));
        Assert.Equal(1, (await test.Transport.NextAcknowledgementAsync()).Acknowledgement.SequenceNumber);
        Assert.Equal(0, (await test.Transport.NextAcknowledgementAsync()).Acknowledgement.SequenceNumber);
    }

    [Fact]
    public async Task Negative_sequence_numbers_show_nothing()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        test.Transport.ReceiveOutput(-1, "x");
        test.Transport.ReceiveOutput(long.MinValue, "x");
        test.Transport.ReceiveOutput(0, "a");

        Assert.Equal("a", await test.ReadTextAsync(1));
        Assert.False(test.Channel.Received.TryRead(out _, out _));
    }

    public static TheoryData<string> Rubbish => ["empty", "short", "noise", "header", "digest", "cut", "date", "type", "unknown type"];

    [Theory]
    [MemberData(nameof(Rubbish))]
    public async Task A_damaged_message_is_dropped_unacknowledged_and_the_session_goes_on(string kind)
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        var whole = FakeTransport.Message(MessageType.OutputStreamData, 0, PayloadType.Output, "damaged"u8);
        test.Transport.Receive(kind switch
        {
            "empty" => [],
            "short" => whole[..100],
            "noise" => [.. Enumerable.Range(0, 200).Select(i => (byte)(i * 37))],
            "header" => whole.With(TestMessage.HeaderLengthOffset, uint.MaxValue),
            "digest" => whole.With(TestMessage.DigestOffset, 1u),
            "cut" => whole[..^1],
            "date" => whole.With(TestMessage.CreatedDateOffset, 0ul),
            "type" => whole.WithType(""u8, (byte)' '),
            _ => whole.WithType("something_else"u8, (byte)' '),
        });
        var id = test.Transport.ReceiveOutput(0, "whole");

        Assert.Equal("whole", await test.ReadTextAsync(5));
        Assert.Equal(id, (await test.Transport.NextAsync()).Acknowledgement.AcknowledgedMessageId);
        Assert.False(test.Running.IsCompleted);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"AcknowledgedMessageSequenceNumber\":\"0\"}")]
    [InlineData("{\"AcknowledgedMessageSequenceNumber\":99}")]
    [InlineData("{\"AcknowledgedMessageSequenceNumber\":-1}")]
    [InlineData("{\"AcknowledgedMessageSequenceNumber\":9223372036854775807}")]
    [InlineData("{\"\\ud800\":1}")]
    public async Task An_acknowledgement_of_garbage_is_dropped_and_the_session_goes_on(string payload)
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        await test.SendAsync("kept");
        var sent = await test.Transport.NextStreamAsync();

        test.Transport.Receive(FakeTransport.Message(MessageType.Acknowledge, 0, PayloadType.None, Encoding.UTF8.GetBytes(payload)));
        test.Transport.ReceiveOutput(0, "x");
        await test.ReadTextAsync(1);

        // It is still unacknowledged, so it comes again.
        Assert.Equal(sent.Bytes, (await test.SentAfterAsync(TimeSpan.FromSeconds(1)))[0].Bytes);
    }

    [Fact]
    public async Task Payloads_that_a_shell_does_not_use_are_acknowledged_and_not_shown()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        PayloadType[] unused =
            [PayloadType.None, PayloadType.Size, PayloadType.Parameter, PayloadType.Flag, PayloadType.EncryptionChallengeRequest, (PayloadType)4000];
        foreach (var (number, type) in unused.Index())
        {
            test.Transport.ReceiveStream(number, type, "unused"u8);
            Assert.Equal(number, (await test.Transport.NextAcknowledgementAsync()).Acknowledgement.SequenceNumber);
        }

        Assert.False(test.Channel.Started.IsCompleted);
        test.Transport.ReceiveOutput(unused.Length, "a");
        Assert.Equal("a", await test.ReadTextAsync(1));
    }

    [Fact]
    public async Task Empty_output_starts_the_session_and_takes_its_place_in_the_order()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        test.Transport.ReceiveOutput(0, "");
        await test.Channel.Started.Soon();
        test.Transport.ReceiveOutput(1, "a");
        Assert.Equal("a", await test.ReadTextAsync(1));
    }

    [Fact]
    public async Task Publication_messages_stop_nothing()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        test.Transport.Receive(FakeTransport.Message(MessageType.PausePublication, 0, PayloadType.None, "{}"u8).With(TestMessage.DigestOffset, 0ul));
        test.Transport.ReceiveOutput(0, "a");
        Assert.Equal("a", await test.ReadTextAsync(1));
        await test.Transport.NextAcknowledgementAsync();

        await test.SendAsync("typed");
        Assert.Equal("typed", (await test.Transport.NextStreamAsync()).Text);
        test.Transport.Receive(FakeTransport.Message(MessageType.StartPublication, 0, PayloadType.None, "{}"u8));
        test.Transport.ReceiveOutput(1, "b");
        Assert.Equal("b", await test.ReadTextAsync(1));
    }

    [Fact]
    public async Task Output_of_every_kind_keeps_its_kind()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        PayloadType[] types = [PayloadType.Output, PayloadType.StandardError, PayloadType.Error, PayloadType.ExitCode, PayloadType.Output];
        foreach (var (number, type) in types.Index())
        {
            test.Transport.ReceiveStream(number, type, Encoding.UTF8.GetBytes(type.ToString()));
        }

        foreach (var expected in types)
        {
            Assert.True(await test.Channel.Received.WaitToReadAsync(CancellationToken.None).Soon());
            Assert.True(test.Channel.Received.TryRead(out var type, out var bytes));
            Assert.Equal(expected, type);
            Assert.Equal(expected.ToString(), Encoding.UTF8.GetString(bytes.Span));
            test.Channel.Received.Advance(bytes.Length);
        }
    }

    [Fact]
    public async Task While_the_local_end_is_slow_the_connection_is_not_read_and_nothing_is_lost()
    {
        await using var test = await ChannelUnderTest.OpenAsync(DataChannelOptions.Default with { ReceiveBufferBytes = 10 });
        var text = new StringBuilder();
        for (var number = 0; number < 20; number++)
        {
            var piece = $"{number:00}-{number:00};";
            text.Append(piece);
            test.Transport.ReceiveOutput(number, piece);
        }

        // One message is in, 4 bytes of the next are; the rest of it waits, and with it the connection.
        Assert.Equal(0, (await test.Transport.NextAcknowledgementAsync()).Acknowledgement.SequenceNumber);
        Assert.Empty(await test.SentBeforeMarkerAsync());
        Assert.InRange(test.Transport.ReceiveCount, 1, 2);
        Assert.InRange(test.Transport.UnreadCount, 18, 21);

        Assert.Equal(text.ToString(), await test.ReadTextAsync(text.Length));
        for (var number = 1; number < 20; number++)
        {
            Assert.Equal(number, (await test.Transport.NextAcknowledgementAsync()).Acknowledgement.SequenceNumber);
        }
    }

    [Fact]
    public async Task What_is_acknowledged_before_the_channel_closes_can_still_be_read()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        test.Transport.ReceiveOutput(0, "last words");
        test.Transport.ReceiveClosed("");

        await test.Running.Soon();
        Assert.Equal("last words", await test.ReadTextAsync(10));
        Assert.False(await test.Channel.Received.WaitToReadAsync(CancellationToken.None).Soon());
    }

    [Fact]
    public async Task No_log_line_holds_the_token_or_what_was_shown()
    {
        await using var test = await ChannelUnderTest.OpenAsync();
        test.Transport.ReceiveOutput(0, "private output");
        test.Transport.ReceiveOutput(2, "private output");
        test.Transport.Receive("private output"u8.ToArray());
        await test.SendAsync("private input");
        await test.ReadTextAsync(14);
        test.Transport.ReceiveClosed("");
        await test.Running.Soon();

        Assert.NotEmpty(test.Log.Lines);
        Assert.DoesNotContain(test.Log.Lines, line => line.Contains("private", StringComparison.Ordinal) || line.Contains(ChannelUnderTest.Token, StringComparison.Ordinal));
    }
}
