using System.Threading.Channels;
using SessionManagerPlugin.Core.Abstractions;

namespace SessionManagerPlugin.Tests.Core.Support;

/// <summary>The service's API in the test's hand: each call is seen and answered by the test. Two calls at a time are found out.</summary>
internal sealed class FakeSessionApi : ISessionApi
{
    private readonly Channel<object?> _answers = Channel.CreateUnbounded<object?>();
    private readonly Channel<string> _calls = Channel.CreateUnbounded<string>();
    private int _underWay;
    private int _overlaps;

    /// <summary>What ending a session does; null: it succeeds at once.</summary>
    public Func<CancellationToken, Task>? Terminate { get; init; }

    /// <summary>Whether a resumption takes its time to notice that it is cancelled.</summary>
    public Task? HoldsOnUntil { get; init; }

    /// <summary>How many calls were made that have not been taken by <see cref="NextCallAsync"/>.</summary>
    public int UntakenCalls => _calls.Reader.Count;

    /// <summary>How often a call began while another was under way.</summary>
    public int Overlaps => Volatile.Read(ref _overlaps);

    public async Task<ResumedSession?> ResumeAsync(string sessionId, CancellationToken cancellationToken)
    {
        Begin($"resume {sessionId}");
        try
        {
            return await _answers.Reader.ReadAsync(cancellationToken) switch
            {
                Exception failure => throw failure,
                ResumedSession session => session,
                _ => null,
            };
        }
        finally
        {
            await (HoldsOnUntil ?? Task.CompletedTask);
            Interlocked.Decrement(ref _underWay);
        }
    }

    public async Task TerminateAsync(string sessionId, CancellationToken cancellationToken)
    {
        Begin($"terminate {sessionId}");
        try
        {
            await (Terminate?.Invoke(cancellationToken) ?? Task.CompletedTask);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    /// <summary>The next call: what was asked for and of which session.</summary>
    public Task<string> NextCallAsync() => _calls.Reader.ReadAsync().Soon();

    public void AnswerWith(string url, string token) => _answers.Writer.TryWrite(new ResumedSession(new Uri(url), token));

    public void AnswerNothing() => _answers.Writer.TryWrite(null);

    public void Fail(string message, bool isFinal) => _answers.Writer.TryWrite(new SessionApiException(message, isFinal));

    private void Begin(string call)
    {
        if (Interlocked.Increment(ref _underWay) > 1)
        {
            Interlocked.Increment(ref _overlaps);
        }

        Assert.True(_calls.Writer.TryWrite(call));
    }
}
