using System.Threading.Channels;
using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Core.DataChannels;
using SessionManagerPlugin.Core.Errors;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Core.Sessions;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Core.DataChannels;

/// <summary>How long a lost session is fought for, and what the user is told meanwhile.</summary>
public sealed class ConnectionResumerTests : IDisposable
{
    private const string Reason = "The connection to gateway.test broke: reset";
    private const string Url = "wss://other.test/v1/data-channel/s?signature=hidden-in-the-url";
    private const string Token = "the-new-secret-token";

    private readonly ManualTimeProvider _time = new();
    private readonly CollectingLogger _log = new();
    private readonly FakeSessionApi _api = new();
    private readonly Connector _connector = new();
    private readonly Observer _observer = new();
    private readonly CancellationTokenSource _stop = new();

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task The_new_connection_is_made_at_the_address_and_with_the_token_that_the_service_gives()
    {
        var resumed = await ResumeAsync(NewResumer());

        Assert.Equal("resume user-0123456789abcdef0", await _api.NextCallAsync());
        Assert.Equal(new Uri(Url), await _connector.NextAsync());
        Assert.Equal(Token, resumed!.TokenValue);
        Assert.Same(_connector.Last, resumed.Transport);
        Assert.Equal([$"lost {Reason}", "resumed 0"], _observer.Heard);
    }

    [Fact]
    public async Task The_first_attempt_waits_for_nothing_and_the_next_ones_wait_longer_and_longer()
    {
        var resumer = NewResumer(chance: 0);
        var resuming = resumer.ResumeAsync(Reason, wasSound: true, _stop.Token);
        foreach (var wait in new[] { 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000 })
        {
            await _api.NextCallAsync();
            _api.Fail("throttled", isFinal: false);
            await _time.WhenWaitingAsync(TimeSpan.FromMilliseconds(wait)).Soon();
            Assert.Equal(0, _api.UntakenCalls);
            _time.Advance(TimeSpan.FromMilliseconds(wait));
        }

        await _api.NextCallAsync();
        _api.AnswerWith(Url, Token);
        _connector.Accept();

        Assert.NotNull(await resuming.Soon());
        Assert.Equal([$"lost {Reason}", "resumed 21.3"], _observer.Heard);
    }

    [Fact]
    public async Task Every_attempt_asks_for_an_address_and_a_token_of_its_own()
    {
        var resuming = NewResumer().ResumeAsync(Reason, wasSound: true, _stop.Token);
        await _api.NextCallAsync();
        _api.AnswerWith("wss://one.test/", "token-one");
        Assert.Equal("one.test", (await _connector.NextAsync()).Host);
        _connector.Refuse(TransportFailure.NotConnected);
        await PassWaitAsync(1);

        await _api.NextCallAsync();
        _api.AnswerWith("wss://two.test/", "token-two");
        Assert.Equal("two.test", (await _connector.NextAsync()).Host);
        _connector.Accept();

        Assert.Equal("token-two", (await resuming.Soon())!.TokenValue);
    }

    [Theory]
    [InlineData(TransportFailure.NotConnected)]
    [InlineData(TransportFailure.Refused)]
    [InlineData(TransportFailure.Lost)]
    [InlineData(TransportFailure.Closed)]
    public async Task A_connection_that_does_not_come_about_is_tried_again(TransportFailure failure)
    {
        var resuming = NewResumer().ResumeAsync(Reason, wasSound: true, _stop.Token);
        _api.AnswerWith(Url, Token);
        _connector.Refuse(failure);
        await PassWaitAsync(1);
        _api.AnswerWith(Url, Token);
        _connector.Accept();
        Assert.NotNull(await resuming.Soon());
    }

    [Fact]
    public async Task An_error_that_would_come_again_ends_it_at_once_and_says_both_what_was_lost_and_what_failed()
    {
        var resuming = NewResumer().ResumeAsync(Reason, wasSound: true, _stop.Token);
        _api.Fail("ResumeSession on user-0123 failed: access denied (AccessDeniedException).", isFinal: true);

        var error = await Assert.ThrowsAsync<SessionException>(() => resuming.Soon());
        Assert.Equal(SessionErrorReason.ResumeFailed, error.Reason);
        Assert.StartsWith(Reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("access denied (AccessDeniedException).", error.Message, StringComparison.Ordinal);
        Assert.IsType<SessionApiException>(error.InnerException);
        Assert.Equal([$"lost {Reason}"], _observer.Heard);
    }

    [Fact]
    public async Task A_service_that_has_nothing_to_resume_ends_it_without_an_error_and_without_a_word_of_resuming()
    {
        var resuming = NewResumer().ResumeAsync(Reason, wasSound: true, _stop.Token);
        _api.AnswerNothing();
        Assert.Null(await resuming.Soon());
        Assert.Equal([$"lost {Reason}"], _observer.Heard);
    }

    [Fact]
    public async Task Nothing_to_resume_is_found_after_failures_too()
    {
        var resuming = NewResumer().ResumeAsync(Reason, wasSound: true, _stop.Token);
        _api.Fail("no network", isFinal: false);
        await PassWaitAsync(1);
        _api.AnswerNothing();
        Assert.Null(await resuming.Soon());
    }

    [Fact]
    public async Task When_the_time_is_over_the_last_failure_is_told_and_the_limit_as_it_was_set()
    {
        var resuming = NewResumer(timeout: TimeSpan.FromSeconds(1)).ResumeAsync(Reason, wasSound: true, _stop.Token);
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            await _api.NextCallAsync();
            _api.Fail($"failure number {attempt}.", isFinal: false);
            if (attempt < 4)
            {
                await PassWaitAsync(attempt);
            }
        }

        // 100, 200, 400 ms have passed; the next wait would go on beyond the limit.
        await _time.WhenAnybodyWaitsAsync().Soon();
        _time.Advance(TimeSpan.FromMilliseconds(300));
        var error = await Assert.ThrowsAsync<SessionException>(() => resuming.Soon());
        Assert.Equal(SessionErrorReason.ResumeFailed, error.Reason);
        Assert.Contains("within 1 s: failure number 4. ", error.Message, StringComparison.Ordinal);
        Assert.Equal([$"lost {Reason}"], _observer.Heard);
    }

    [Fact]
    public async Task A_call_that_hangs_is_given_up_when_the_time_is_over()
    {
        var resuming = NewResumer().ResumeAsync(Reason, wasSound: true, _stop.Token);
        await _api.NextCallAsync();
        _time.Advance(TimeSpan.FromMinutes(5));

        var error = await Assert.ThrowsAsync<SessionException>(() => resuming.Soon());
        Assert.Equal(SessionErrorReason.ResumeFailed, error.Reason);
        Assert.Contains("within 5 minutes", error.Message, StringComparison.Ordinal);
        Assert.Contains(Reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_hangs_is_given_up_when_the_time_is_over()
    {
        var resuming = NewResumer().ResumeAsync(Reason, wasSound: true, _stop.Token);
        _api.AnswerWith(Url, Token);
        await _connector.NextAsync();
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(SessionErrorReason.ResumeFailed, (await Assert.ThrowsAsync<SessionException>(() => resuming.Soon())).Reason);
    }

    [Fact]
    public async Task After_a_sound_connection_the_time_and_the_attempts_begin_anew()
    {
        var resumer = NewResumer();
        var resuming = resumer.ResumeAsync(Reason, wasSound: true, _stop.Token);
        for (var attempt = 1; attempt <= 6; attempt++)
        {
            _api.Fail("no network", isFinal: false);
            await PassWaitAsync(attempt);
        }

        _api.AnswerWith(Url, Token);
        _connector.Accept();
        await resuming.Soon();
        _time.Advance(TimeSpan.FromMinutes(4.9));

        // At once, although there were attempts before.
        await ResumeAsync(resumer, "second loss", wasSound: true);

        Assert.Equal([$"lost {Reason}", "resumed 6.3", "lost second loss", "resumed 0"], _observer.Heard);
    }

    [Fact]
    public async Task A_gateway_that_takes_connections_only_to_drop_them_is_waited_for_longer_and_longer_and_given_up_in_time()
    {
        var resumer = NewResumer(timeout: TimeSpan.FromSeconds(4));
        await ResumeAsync(resumer);
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            var again = resumer.ResumeAsync("dropped at once", wasSound: false, _stop.Token);
            await PassWaitAsync(attempt);
            _api.AnswerWith(Url, Token);
            _connector.Accept();
            await again.Soon();
        }

        // 100 + 200 + 400 + 800 + 1600 ms are over: 900 ms are left.
        var last = resumer.ResumeAsync("dropped at once", wasSound: false, _stop.Token);
        await _time.WhenAnybodyWaitsAsync().Soon();
        _time.Advance(TimeSpan.FromMilliseconds(900));
        var error = await Assert.ThrowsAsync<SessionException>(() => last.Soon());

        Assert.Contains("within 4 s: dropped at once", error.Message, StringComparison.Ordinal);
        Assert.Single(_observer.Heard, heard => heard.StartsWith("lost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cancelled_before_it_began_it_asks_for_nothing()
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => NewResumer().ResumeAsync(Reason, wasSound: true, _stop.Token).Soon());
        Assert.False(_connector.WasAsked);
    }

    [Fact]
    public async Task Cancelled_during_the_call_it_ends_at_once_as_cancelled()
    {
        var resuming = NewResumer().ResumeAsync(Reason, wasSound: true, _stop.Token);
        await _api.NextCallAsync();
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => resuming.Soon());
    }

    [Fact]
    public async Task Cancelled_while_it_connects_it_ends_at_once_as_cancelled()
    {
        var resuming = NewResumer().ResumeAsync(Reason, wasSound: true, _stop.Token);
        _api.AnswerWith(Url, Token);
        await _connector.NextAsync();
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => resuming.Soon());
    }

    [Fact]
    public async Task Cancelled_in_the_wait_between_attempts_it_ends_at_once_as_cancelled()
    {
        var resuming = NewResumer().ResumeAsync(Reason, wasSound: true, _stop.Token);
        _api.Fail("no network", isFinal: false);
        await _time.WhenWaitingAsync(TimeSpan.FromMilliseconds(100)).Soon();
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => resuming.Soon());
    }

    [Fact]
    public async Task Neither_the_token_nor_the_urls_query_stands_in_what_is_logged_or_told()
    {
        var resumer = NewResumer(timeout: TimeSpan.FromSeconds(1));
        var resuming = resumer.ResumeAsync(Reason, wasSound: true, _stop.Token);
        _api.AnswerWith(Url, Token);
        _connector.Refuse(TransportFailure.NotConnected);
        await _time.WhenWaitingAsync(TimeSpan.FromMilliseconds(100)).Soon();
        _time.Advance(TimeSpan.FromSeconds(1));
        var error = await Assert.ThrowsAsync<SessionException>(() => resuming.Soon());

        var told = string.Join('\n', [.. _log.Lines, .. _observer.Heard, error.ToString(), new ResumedSession(new Uri(Url), Token).ToString()]);
        Assert.DoesNotContain(Token, told, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden-in-the-url", told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_resumed_connection_prints_without_its_token() =>
        Assert.DoesNotContain(Token, new ResumedConnection(new FakeTransport(), Token).ToString(), StringComparison.Ordinal);

    private ConnectionResumer NewResumer(double chance = 0, TimeSpan? timeout = null) => new(
        ChannelUnderTest.Session,
        ResumeOptions.Default with { Timeout = timeout ?? ResumeOptions.Default.Timeout },
        _api,
        _connector,
        _observer,
        _time,
        new FixedRandom(chance),
        _log);

    /// <summary>One loss that is made good at once.</summary>
    private Task<ResumedConnection?> ResumeAsync(ConnectionResumer resumer, string reason = Reason, bool wasSound = true)
    {
        _api.AnswerWith(Url, Token);
        _connector.Accept();
        return resumer.ResumeAsync(reason, wasSound, _stop.Token).Soon();
    }

    private async Task PassWaitAsync(int attempt)
    {
        var wait = ResumeOptions.Default.Attempts.DelayAfter(attempt, 0);
        await _time.WhenWaitingAsync(wait).Soon();
        _time.Advance(wait);
    }

    private sealed class FixedRandom(double value) : Random
    {
        public override double NextDouble() => value;
    }

    private sealed class Connector : ITransportConnector
    {
        private readonly Channel<Uri> _asked = Channel.CreateUnbounded<Uri>();
        private readonly Channel<TransportFailure?> _answers = Channel.CreateUnbounded<TransportFailure?>();

        public FakeTransport? Last { get; private set; }

        public bool WasAsked => _asked.Reader.Count > 0;

        public async Task<IMessageTransport> ConnectAsync(Uri streamUrl, CancellationToken cancellationToken)
        {
            Assert.True(_asked.Writer.TryWrite(streamUrl));
            return await _answers.Reader.ReadAsync(cancellationToken) is { } failure
                ? throw new TransportException(failure, "gateway.test cannot be reached: refused")
                : Last = new FakeTransport();
        }

        public Task<Uri> NextAsync() => _asked.Reader.ReadAsync().Soon();

        public void Accept() => _answers.Writer.TryWrite(null);

        public void Refuse(TransportFailure failure) => _answers.Writer.TryWrite(failure);
    }

    private sealed class Observer : ISessionObserver
    {
        private readonly List<string> _heard = [];

        public IReadOnlyList<string> Heard => _heard;

        public ValueTask OnStartedAsync(SessionStart start, CancellationToken cancellationToken) => default;

        public void OnConnectionLost(string reason) => _heard.Add($"lost {reason}");

        public void OnResumed(TimeSpan away) => _heard.Add($"resumed {away.TotalSeconds:0.#}");

        public void OnEscapeHelp()
        {
        }
    }
}
