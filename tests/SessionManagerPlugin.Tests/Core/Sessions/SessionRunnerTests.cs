using System.Text;
using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Core.Errors;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Core.Sessions;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;
using SessionManagerPlugin.Tests.Core.DataChannels;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Core.Sessions;

public sealed class SessionRunnerTests : IDisposable
{
    private readonly FakeTransport _transport = new();
    private readonly ManualTimeProvider _time = new();
    private readonly CollectingLogger _log = new();
    private readonly CancellationTokenSource _stop = new();
    private FakeTerminal _terminal = new();
    private long _nextOutput = 1;
    private readonly SessionOptions _options = SessionOptions.Default with { Attempts = ConnectAttempts.Default with { Count = 1 } };
    private Exception? _connectFailure;
    private Exception? _observerFailure;

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task A_session_shows_output_in_order_and_ends_with_the_services_words()
    {
        var running = await StartAsync();
        _transport.ReceiveOutput(1, "hello ");
        _transport.ReceiveOutput(2, "world");
        _transport.ReceiveClosed("terminated");

        var outcome = await running.Soon();
        Assert.Equal(SessionEnd.ChannelClosed, outcome.End);
        Assert.Equal("terminated", outcome.ClosedOutput);
        Assert.Null(outcome.RemoteExitCode);
        Assert.Equal("$ hello world", string.Concat(_terminal.Events.Where(e => e.StartsWith("out:", StringComparison.Ordinal)).Select(e => e[4..])));
        AssertLeftAsItWas();
    }

    [Fact]
    public async Task The_observer_hears_of_the_start_before_the_terminal_is_touched_and_before_any_output()
    {
        var running = await StartAsync();
        _transport.ReceiveClosed("");
        await running.Soon();
        Assert.Equal(["started Standard_Stream", "raw Untouched", "listening"], _terminal.Events.Take(3));
    }

    [Fact]
    public async Task A_command_without_a_terminal_gets_its_streams_apart_and_its_exit_code()
    {
        var running = Run();
        await _transport.NextAsync();
        Receive(0, PayloadType.HandshakeRequest, DataChannelHandshakeTests.Request(SessionTypeName.NonInteractiveCommands));
        Receive(1, PayloadType.HandshakeComplete, "{\"CustomerMessage\":\"hello\"}");
        Receive(2, PayloadType.Output, "1");
        Receive(3, PayloadType.StandardError, "2");
        Receive(4, PayloadType.Output, "3");
        Receive(5, PayloadType.ExitCode, "EXIT_CODE: 3");
        _transport.ReceiveClosed("");

        Assert.Equal(3, (await running.Soon()).RemoteExitCode);
        Assert.Equal(
            ["started NonInteractiveCommands hello", "raw LineFeedsTranslated", "listening", "out:1", "err:2", "out:3", "out:EXIT_CODE: 3"],
            _terminal.Events.Take(7));
        AssertLeftAsItWas();
    }

    [Fact]
    public async Task What_is_typed_is_sent()
    {
        var running = await StartAsync();
        await NextOfTypeAsync(PayloadType.Size);
        _terminal.Type("ls");
        Assert.Equal("ls", (await NextOfTypeAsync(PayloadType.Output)).Text);
        _terminal.Type("\r");
        Assert.Equal("\r", (await NextOfTypeAsync(PayloadType.Output)).Text);
        await EndAsync(running);
    }

    [Fact]
    public async Task The_end_of_piped_input_is_not_the_end_of_the_session()
    {
        var running = await StartAsync();
        _terminal.Type("echo done");
        _terminal.EndInput();
        Assert.Equal("echo done", (await NextOfTypeAsync(PayloadType.Output)).Text);
        _transport.ReceiveOutput(1, "done");
        Assert.Equal("out:done", await _terminal.NextOutputAsync());
        Assert.False(running.IsCompleted);
        await _terminal.PressAsync(3);
        Assert.Equal("\u0003", (await NextOfTypeAsync(PayloadType.Output)).Text);
        await EndAsync(running);
    }

    [Fact]
    public async Task The_end_of_a_terminals_input_ends_the_session_and_is_not_logged_as_going_on()
    {
        _terminal = new FakeTerminal { IsInputTerminal = true };
        var running = await StartAsync();
        _terminal.EndInput();
        Assert.Equal(SessionEnd.TerminalGone, (await running.Soon()).End);
        AssertLeftAsItWas();
        Assert.DoesNotContain(_log.Lines, line => line.Contains("goes on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_terminal_that_fails_is_gone_too()
    {
        _terminal = new FakeTerminal { IsInputTerminal = true };
        var running = await StartAsync();
        _terminal.FailInput(new IOException("Input/output error"));
        Assert.Equal(SessionEnd.TerminalGone, (await running.Soon()).End);
        AssertLeftAsItWas();
    }

    [Fact]
    public async Task Piped_input_that_fails_is_an_error()
    {
        var running = await StartAsync();
        _terminal.FailInput(new IOException("Input/output error"));
        var error = await Assert.ThrowsAsync<SessionException>(() => running.Soon());
        Assert.Equal(SessionErrorReason.LocalEndFailed, error.Reason);
        Assert.Contains("Standard input cannot be read: Input/output error", error.Message, StringComparison.Ordinal);
        AssertLeftAsItWas();
    }

    [Fact]
    public async Task Output_that_cannot_be_written_ends_the_session_with_an_error()
    {
        var running = await StartAsync();
        _terminal.OutputFailure = new IOException("No space left on device");
        _transport.ReceiveOutput(1, "x");
        var error = await Assert.ThrowsAsync<SessionException>(() => running.Soon());
        Assert.Equal(SessionErrorReason.LocalEndFailed, error.Reason);
        Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal);
        AssertLeftAsItWas();
    }

    [Fact]
    public async Task Without_a_terminal_the_size_is_300_by_100()
    {
        var running = await StartAsync();
        Assert.Equal("{\"cols\":300,\"rows\":100}", (await NextOfTypeAsync(PayloadType.Size)).Text);
        await EndAsync(running);
    }

    [Fact]
    public async Task The_size_is_sent_at_the_start_and_when_it_changes_with_a_signal_or_without()
    {
        _terminal.Size = new TerminalSize(80, 24);
        var running = await StartAsync();
        Assert.Equal("{\"cols\":80,\"rows\":24}", await NextSizeAsync());

        await _terminal.ResizeAsync(new TerminalSize(100, 30));
        Assert.Equal("{\"cols\":100,\"rows\":30}", await NextSizeAsync());

        _terminal.Size = new TerminalSize(120, 40);
        _time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal("{\"cols\":120,\"rows\":40}", await NextSizeAsync());
        await EndAsync(running);
    }

    [Fact]
    public async Task A_size_that_stays_is_not_sent_again()
    {
        _terminal.Size = new TerminalSize(80, 24);
        var running = await StartAsync();
        _transport.ReceiveAcknowledgement(await NextOfTypeAsync(PayloadType.Size));
        _transport.ReceiveOutput(1, "x");
        await _terminal.NextOutputAsync();
        for (var i = 0; i < 5; i++)
        {
            await _terminal.ResizeAsync(new TerminalSize(80, 24));
            await _terminal.PressAsync(3);
            var next = await _transport.NextStreamAsync();
            Assert.Equal(PayloadType.Output, next.Header.PayloadType);
            _transport.ReceiveAcknowledgement(next);
        }

        await EndAsync(running);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(28)]
    [InlineData(26)]
    public async Task A_control_key_that_came_as_a_signal_is_sent_as_its_byte(byte key)
    {
        var running = await StartAsync();
        await _terminal.PressAsync(key);
        Assert.Equal([key], (await NextOfTypeAsync(PayloadType.Output)).Payload);
        await EndAsync(running);
    }

    [Fact]
    public async Task Keys_without_end_are_bounded()
    {
        var running = await StartAsync();
        for (var i = 0; i < 10_000; i++)
        {
            await _terminal.PressAsync(3);
        }

        await NextOfTypeAsync(PayloadType.Output);
        await EndAsync(running);
        var keys = 1;
        while (_transport.TryTakeSent(out var sent))
        {
            keys += sent.Header.PayloadType == PayloadType.Output ? 1 : 0;
        }

        Assert.InRange(keys, 1, DataChannelOptions.Default.SendWindowMessages);
    }

    [Fact]
    public async Task A_cancelled_session_says_goodbye_and_leaves_the_terminal_as_it_was()
    {
        var running = await StartAsync();
        await _stop.CancelAsync();
        Assert.Equal(SessionEnd.Cancelled, (await running.Soon()).End);
        await _transport.Goodbye.Soon();
        AssertLeftAsItWas();
    }

    [Fact]
    public async Task A_session_cancelled_before_it_started_does_not_touch_the_terminal()
    {
        var running = Run();
        await _transport.NextAsync();
        await _stop.CancelAsync();
        Assert.Equal(SessionEnd.Cancelled, (await running.Soon()).End);
        Assert.Empty(_terminal.Events);
        Assert.True(_transport.IsDisposed);
    }

    [Fact]
    public async Task A_channel_that_closes_before_it_started_does_not_touch_the_terminal()
    {
        var running = Run();
        _transport.ReceiveClosed("Access denied");
        var outcome = await running.Soon();
        Assert.Equal("Access denied", outcome.ClosedOutput);
        Assert.Empty(_terminal.Events);
        Assert.True(_transport.IsDisposed);
    }

    [Fact]
    public async Task A_lost_connection_is_an_error_after_everything_that_came_is_shown()
    {
        var running = await StartAsync();
        _transport.ReceiveOutput(1, "last words");
        _transport.FailReads(new TransportException(TransportFailure.Lost, "The connection to gateway.test broke: reset"));
        var error = await Assert.ThrowsAsync<SessionException>(() => running.Soon());
        Assert.Equal(SessionErrorReason.ConnectionLost, error.Reason);
        Assert.Contains("out:last words", _terminal.Events);
        Assert.Equal(["deaf", "cooked"], _terminal.Events.TakeLast(2));
        Assert.True(_transport.IsDisposed);
    }

    [Fact]
    public async Task An_observer_that_fails_ends_the_session_before_the_terminal_is_raw()
    {
        _observerFailure = new IOException("standard output cannot be written");
        var running = Run();
        _transport.ReceiveOutput(0, "$ ");
        await Assert.ThrowsAsync<IOException>(() => running.Soon());
        Assert.DoesNotContain(_terminal.Events, e => e.StartsWith("raw", StringComparison.Ordinal));
        await _transport.Goodbye.Soon();
        Assert.True(_transport.IsDisposed);
    }

    [Fact]
    public async Task A_connection_that_does_not_come_about_is_an_error_with_the_cause()
    {
        _connectFailure = new TransportException(TransportFailure.NotConnected, "gateway.test cannot be reached: refused (5 attempts)");
        var error = await Assert.ThrowsAsync<SessionException>(() => Run().Soon());
        Assert.Equal(SessionErrorReason.ConnectFailed, error.Reason);
        Assert.Equal(
            "No connection to the Session Manager service: gateway.test cannot be reached: refused (5 attempts).", error.Message);
    }

    [Fact]
    public async Task Cancelled_while_connecting_the_call_is_cancelled()
    {
        await _stop.CancelAsync();
        _connectFailure = new OperationCanceledException(_stop.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run().Soon());
    }

    private Task<SessionOutcome> Run() => new SessionRunner(
        new Connector(this), api: null, _terminal, new Observer(this), _options, _time, _log)
        .RunAsync(ChannelUnderTest.Session, _stop.Token);

    /// <summary>A plain shell that has shown its prompt.</summary>
    private async Task<Task<SessionOutcome>> StartAsync()
    {
        var running = Run();
        await _transport.NextAsync();
        _transport.ReceiveOutput(0, "$ ");
        Assert.Equal("out:$ ", await _terminal.NextOutputAsync());
        return running;
    }

    private async Task EndAsync(Task<SessionOutcome> running)
    {
        _transport.ReceiveClosed("");
        Assert.Equal(SessionEnd.ChannelClosed, (await running.Soon()).End);
        AssertLeftAsItWas();
    }

    private async Task<SentMessage> NextOfTypeAsync(PayloadType type)
    {
        while (true)
        {
            var next = await _transport.NextStreamAsync();
            if (next.Header.PayloadType == type)
            {
                return next;
            }
        }
    }

    private async Task<string> NextSizeAsync()
    {
        var size = await NextOfTypeAsync(PayloadType.Size);
        _transport.ReceiveAcknowledgement(size);

        // What is received after the acknowledgement is acknowledged after it was processed.
        var number = _nextOutput++;
        _transport.ReceiveOutput(number, "x");
        while ((await _transport.NextAcknowledgementAsync()).Acknowledgement.SequenceNumber != number)
        {
        }

        return size.Text;
    }

    private void Receive(long number, PayloadType type, string text) =>
        _transport.ReceiveStream(number, type, Encoding.UTF8.GetBytes(text));

    private void AssertLeftAsItWas()
    {
        Assert.Equal(["deaf", "cooked"], _terminal.Events.TakeLast(2));
        Assert.True(_transport.IsDisposed);
        Assert.True(_transport.Goodbye.IsCompletedSuccessfully);
    }

    private sealed class Connector(SessionRunnerTests test) : ITransportConnector
    {
        public Task<IMessageTransport> ConnectAsync(Uri streamUrl, CancellationToken cancellationToken) =>
            test._connectFailure is { } failure
                ? Task.FromException<IMessageTransport>(failure)
                : Task.FromResult<IMessageTransport>(test._transport);
    }

    private sealed class Observer(SessionRunnerTests test) : ISessionObserver
    {
        public void OnConnectionLost(string reason) => test._terminal.Note($"lost {reason}");

        public void OnEscapeHelp() => test._terminal.Note("help");

        public void OnResumed(TimeSpan away) => test._terminal.Note("resumed");

        public ValueTask OnStartedAsync(SessionStart start, CancellationToken cancellationToken)
        {
            test._terminal.Note($"started {start.SessionType} {start.CustomerMessage}".TrimEnd());
            return test._observerFailure is { } failure ? ValueTask.FromException(failure) : default;
        }
    }
}
