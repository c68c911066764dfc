using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Core.Errors;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Core.Sessions;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Core.Sessions;

/// <summary>A session that this side ends is ended at the service too, once and in bounded time, and none that the service ended itself.</summary>
public sealed class SessionEndingTests : IDisposable
{
    private const string Terminated = "terminate user-0123456789abcdef0";
    private readonly RunningSession _session = new() { Terminal = new FakeTerminal { IsInputTerminal = true } };

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("\r~.")]
    [InlineData("exit is not typed, this is\r~.")]
    [InlineData("\r~?~.")]
    public async Task The_users_escape_ends_the_session_here_and_at_the_service(string typed)
    {
        await _session.StartAsync();
        _session.Terminal.Type(typed);
        Assert.Equal(SessionEnd.EndedByUser, (await _session.Running.Soon()).End);
        Assert.Equal(Terminated, await _session.Api.NextCallAsync());
        Assert.Equal(0, _session.Api.UntakenCalls);
        await _session.First.Goodbye.Soon();
        Assert.Equal(["deaf", "cooked"], _session.Terminal.Events.TakeLast(2));
    }

    [Fact]
    public async Task An_escape_in_two_reads_ends_the_session_too()
    {
        await _session.StartAsync();
        _session.Terminal.Type("\r");
        _session.Terminal.Type("~");
        _session.Terminal.Type(".");
        Assert.Equal(SessionEnd.EndedByUser, (await _session.Running.Soon()).End);
    }

    [Fact]
    public async Task The_users_escape_is_heard_while_there_is_no_connection_and_the_window_is_full()
    {
        _session.Options = _session.Options with
        {
            Channel = DataChannelOptions.Default with { SendWindowMessages = 2, PayloadSize = 4 },
        };
        await _session.StartAsync();
        _session.Lose();
        Assert.StartsWith("resume", await _session.Api.NextCallAsync(), StringComparison.Ordinal);
        _session.Terminal.Type(new string('x', 2000));
        _session.Terminal.Type("\r~.");

        Assert.Equal(SessionEnd.EndedByUser, (await _session.Running.Soon()).End);
        Assert.Equal(Terminated, await _session.Api.NextCallAsync());
    }

    [Fact]
    public async Task The_service_is_asked_one_thing_at_a_time_when_a_session_is_ended_while_it_is_resumed()
    {
        var holdsOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _session.Api = new FakeSessionApi { HoldsOnUntil = holdsOn.Task };
        await _session.StartAsync();
        _session.Lose();
        Assert.StartsWith("resume", await _session.Api.NextCallAsync(), StringComparison.Ordinal);
        _session.Terminal.Type("\r~.");

        // The call that is under way takes its time to notice that it is cancelled.
        var terminating = _session.Api.NextCallAsync();
        Assert.NotEqual(terminating, await Task.WhenAny(terminating, RunningSession.WhenSettledAsync()));
        holdsOn.SetResult();

        Assert.Equal(Terminated, await terminating);
        Assert.Equal(SessionEnd.EndedByUser, (await _session.Running.Soon()).End);
        Assert.Equal(0, _session.Api.Overlaps);
    }

    [Fact]
    public async Task A_terminal_that_is_gone_ends_the_session_at_the_service()
    {
        await _session.StartAsync();
        _session.Terminal.EndInput();
        Assert.Equal(SessionEnd.TerminalGone, (await _session.Running.Soon()).End);
        Assert.Equal(Terminated, await _session.Api.NextCallAsync());
    }

    [Fact]
    public async Task A_cancelled_session_is_ended_at_the_service()
    {
        await _session.StartAsync();
        await _session.CancelAsync();
        Assert.Equal(SessionEnd.Cancelled, (await _session.Running.Soon()).End);
        Assert.Equal(Terminated, await _session.Api.NextCallAsync());
    }

    [Fact]
    public async Task A_session_cancelled_before_its_kind_is_known_is_ended_at_the_service()
    {
        _session.Begin();
        await _session.First.NextAsync();
        await _session.CancelAsync();
        Assert.Equal(SessionEnd.Cancelled, (await _session.Running.Soon()).End);
        Assert.Equal(Terminated, await _session.Api.NextCallAsync());
    }

    [Fact]
    public async Task A_session_cancelled_while_it_is_resumed_is_ended_at_the_service()
    {
        await _session.StartAsync();
        _session.Lose();
        await _session.Api.NextCallAsync();
        await _session.CancelAsync();
        Assert.Equal(SessionEnd.Cancelled, (await _session.Running.Soon()).End);
        Assert.Equal(Terminated, await _session.Api.NextCallAsync());
        Assert.Equal(0, _session.Api.Overlaps);
    }

    [Fact]
    public async Task An_agent_that_answers_nothing_any_more_has_its_session_ended_at_the_service()
    {
        _session.Options = _session.Options with { Channel = DataChannelOptions.Default with { DeadPeerAfter = TimeSpan.Zero } };
        await _session.StartAsync();
        _session.Terminal.Type("hello?");
        await _session.First.NextStreamAsync();
        await _session.First.NextStreamAsync();
        while (!_session.Running.IsCompleted)
        {
            _session.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var error = await Assert.ThrowsAsync<SessionException>(() => _session.Running);
        Assert.Equal(SessionErrorReason.AgentUnresponsive, error.Reason);
        Assert.Equal(Terminated, await _session.Api.NextCallAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("Session timed out")]
    public async Task A_session_that_the_service_closed_is_not_ended_once_more(string words)
    {
        await _session.StartAsync();
        _session.First.ReceiveClosed(words);
        Assert.Equal(SessionEnd.ChannelClosed, (await _session.Running.Soon()).End);
        Assert.Equal(0, _session.Api.UntakenCalls);
    }

    [Fact]
    public async Task A_session_that_timed_out_while_there_was_no_connection_is_told_as_such_and_not_ended_once_more()
    {
        await _session.StartAsync();
        _session.Lose();
        Assert.StartsWith("resume", await _session.Api.NextCallAsync(), StringComparison.Ordinal);
        _session.Api.AnswerNothing();
        var outcome = await _session.Running.Soon();
        Assert.Equal(SessionEnd.TimedOut, outcome.End);
        Assert.Equal("", outcome.ClosedOutput);
        Assert.Equal(0, _session.Api.UntakenCalls);
        Assert.Equal(["deaf", "cooked"], _session.Terminal.Events.TakeLast(2));
    }

    [Fact]
    public async Task A_session_that_cannot_be_resumed_is_an_error_and_is_not_ended()
    {
        await _session.StartAsync();
        _session.Lose();
        await _session.Api.NextCallAsync();
        _session.Api.Fail("access denied", isFinal: true);
        var error = await Assert.ThrowsAsync<SessionException>(() => _session.Running.Soon());
        Assert.Equal(SessionErrorReason.ResumeFailed, error.Reason);
        Assert.Equal(0, _session.Api.UntakenCalls);
    }

    [Fact]
    public async Task A_service_that_hangs_does_not_keep_the_user_longer_than_said()
    {
        _session.Api = new FakeSessionApi { Terminate = static token => Task.Delay(Timeout.Infinite, token) };
        await _session.StartAsync();
        _session.Terminal.Type("\r~.");
        await _session.Api.NextCallAsync();
        await _session.Time.WhenWaitingAsync(SessionOptions.Default.TerminateTimeout).Soon();
        Assert.False(_session.Running.IsCompleted);

        _session.Time.Advance(SessionOptions.Default.TerminateTimeout);
        Assert.Equal(SessionEnd.EndedByUser, (await _session.Running.Soon()).End);
    }

    [Fact]
    public async Task A_service_that_cannot_end_the_session_is_a_line_in_the_log_and_no_error()
    {
        _session.Api = new FakeSessionApi { Terminate = static _ => Task.FromException(new SessionApiException("access denied to end it", true)) };
        await _session.StartAsync();
        _session.Terminal.Type("\r~.");
        Assert.Equal(SessionEnd.EndedByUser, (await _session.Running.Soon()).End);
        Assert.Contains(_session.Log.Lines, line => line.Contains("access denied to end it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_services_api_a_session_is_ended_by_hanging_up()
    {
        _session.HasApi = false;
        await _session.StartAsync();
        _session.Terminal.Type("\r~.");
        Assert.Equal(SessionEnd.EndedByUser, (await _session.Running.Soon()).End);
        await _session.First.Goodbye.Soon();
        Assert.Equal(0, _session.Api.UntakenCalls);
    }

    [Fact]
    public async Task The_observer_hears_of_the_start_the_loss_and_the_new_connection_in_this_order_and_the_terminal_stays_raw()
    {
        await _session.StartAsync();
        _session.Lose();
        await _session.Api.NextCallAsync();
        _session.Time.Advance(TimeSpan.FromMilliseconds(1500));
        var next = await _session.ResumeAsync();
        next.ReceiveOutput(1, "back");
        Assert.Equal("out:back", await _session.Terminal.NextOutputAsync());

        Assert.Equal(
            [
                "started Standard_Stream", "raw Untouched", "listening", "out:$ ",
                "lost The connection to gateway.test broke: reset", "resumed 1.5", "out:back",
            ],
            _session.Terminal.Events);
        next.ReceiveClosed("");
        Assert.Equal(SessionEnd.ChannelClosed, (await _session.Running.Soon()).End);
    }
}
