using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Core.Sessions;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Tests.Core.DataChannels;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Core.Sessions;

/// <summary>A session with everything around it in the test's hand: connections, the service's API, the terminal, the clock.</summary>
internal sealed class RunningSession : ITransportConnector, ISessionObserver, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<FakeTransport> _next = new();

    public FakeTransport First { get; } = new();

    public ManualTimeProvider Time { get; } = new();

    public CollectingLogger Log { get; } = new();

    public FakeTerminal Terminal { get; init; } = new();

    public FakeSessionApi Api { get; set; } = new();

    public bool HasApi { get; set; } = true;

    public SessionOptions Options { get; set; } = SessionOptions.Default with { Attempts = ConnectAttempts.Default with { Count = 1 } };

    public Task<SessionOutcome> Running { get; private set; } = null!;

    public void Dispose() => _stop.Dispose();

    public void Begin()
    {
        _next.Enqueue(First);
        var runner = new SessionRunner(this, HasApi ? Api : null, Terminal, this, Options, Time, Log);
        Running = runner.RunAsync(ChannelUnderTest.Session, _stop.Token);
    }

    /// <summary>A plain shell that has shown its prompt.</summary>
    public async Task StartAsync()
    {
        Begin();
        await First.NextAsync();
        First.ReceiveOutput(0, "$ ");
        Assert.Equal("out:$ ", await Terminal.NextOutputAsync());
    }

    public Task CancelAsync() => _stop.CancelAsync();

    /// <summary>The first connection breaks.</summary>
    public void Lose() => First.FailReads(new TransportException(TransportFailure.Lost, "The connection to gateway.test broke: reset"));

    /// <summary>The service gives a new connection; its opening has been sent.</summary>
    public async Task<FakeTransport> ResumeAsync()
    {
        var transport = new FakeTransport();
        lock (_next)
        {
            _next.Enqueue(transport);
        }

        Api.AnswerWith("wss://gateway.test/again", "second-token");
        Assert.Equal(MessageKind.Text, (await transport.NextAsync()).Kind);
        return transport;
    }

    /// <summary>Completes when what was put under way has had its chance on the pool.</summary>
    public static async Task WhenSettledAsync()
    {
        for (var turn = 0; turn < 1000; turn++)
        {
            await Task.Yield();
        }
    }

    /// <summary>The next message of the client's stream that is of a type.</summary>
    public static async Task<SentMessage> NextOfTypeAsync(FakeTransport transport, PayloadType type)
    {
        while (true)
        {
            var next = await transport.NextStreamAsync();
            if (next.Header.PayloadType == type)
            {
                return next;
            }
        }
    }

    public Task<IMessageTransport> ConnectAsync(Uri streamUrl, CancellationToken cancellationToken)
    {
        lock (_next)
        {
            return Task.FromResult<IMessageTransport>(_next.Dequeue());
        }
    }

    public ValueTask OnStartedAsync(SessionStart start, CancellationToken cancellationToken)
    {
        Terminal.Note($"started {start.SessionType}");
        return default;
    }

    public void OnConnectionLost(string reason) => Terminal.Note($"lost {reason}");

    public void OnResumed(TimeSpan away) => Terminal.Note($"resumed {away.TotalSeconds}");

    public void OnEscapeHelp() => Terminal.Note("help");
}
