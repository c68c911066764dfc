using System.Text;
using SessionManagerPlugin.Core.DataChannels;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Core.DataChannels;

/// <summary>A data channel that runs over a connection in the test's hand.</summary>
internal sealed class ChannelUnderTest : IAsyncDisposable
{
    public const string Token = "AAEAATopSecretTokenValue";

    public static readonly SessionDescription Session = new()
    {
        SessionId = "user-0123456789abcdef0",
        StreamUrl = new Uri("wss://gateway.test/v1/data-channel/user-0123456789abcdef0?signature=hidden"),
        TokenValue = Token,
        ClientId = "8a3c5e0e-0d6c-4f6e-9a50-0d4f0a9e8b11",
    };

    private readonly DataChannelOptions _options;
    private readonly CancellationTokenSource _stop = new();

    public ChannelUnderTest(DataChannelOptions? options = null, IConnectionResumer? resumer = null)
    {
        _options = options ?? DataChannelOptions.Default;
        Channel = new DataChannel(Session, _options, Transport, resumer, Time, Log);
    }

    public ManualTimeProvider Time { get; } = new();

    public FakeTransport Transport { get; } = new();

    public CollectingLogger Log { get; } = new();

    public DataChannel Channel { get; }

    public Task<ChannelClosed?> Running { get; private set; } = Task.FromException<ChannelClosed?>(new InvalidOperationException());

    public SentMessage Opening { get; private set; } = null!;

    /// <summary>A channel that is open: its first message has been sent.</summary>
    public static async Task<ChannelUnderTest> OpenAsync(DataChannelOptions? options = null, IConnectionResumer? resumer = null)
    {
        var test = new ChannelUnderTest(options, resumer);
        test.Start();
        test.Opening = await test.Transport.NextAsync();
        return test;
    }

    public void Start() => Running = Channel.RunAsync(_stop.Token);

    public void Cancel() => _stop.Cancel();

    /// <summary>Reads output until there are as many bytes.</summary>
    public async Task<string> ReadTextAsync(int count) => Encoding.UTF8.GetString(await ReadAsync(count));

    public async Task<byte[]> ReadAsync(int count)
    {
        using var limit = new CancellationTokenSource(Waits.Limit);
        var bytes = new List<byte>();
        while (bytes.Count < count)
        {
            Assert.True(await Channel.Received.WaitToReadAsync(limit.Token), $"the channel ended after {bytes.Count} of {count} bytes");
            Assert.True(Channel.Received.TryRead(out _, out var piece));
            var taken = Math.Min(piece.Length, count - bytes.Count);
            bytes.AddRange(piece.Span[..taken]);
            Channel.Received.Advance(taken);
        }

        return [.. bytes];
    }

    public Task SendAsync(string text) => Channel.SendAsync(PayloadType.Output, Encoding.UTF8.GetBytes(text), CancellationToken.None).Soon();

    /// <summary>
    /// Moves the clock on and lets the sending task look at it: the task may just have read the clock and not yet set its timer, which
    /// real time forgives and a clock that stands still does not.
    /// </summary>
    public void Advance(TimeSpan by)
    {
        Time.Advance(by);
        Assert.True(Channel.TrySend(PayloadType.Parameter, "look"u8));
    }

    /// <summary>Moves the clock on and gives what of the client's stream was sent for it.</summary>
    public async Task<List<SentMessage>> SentAfterAsync(TimeSpan by)
    {
        Time.Advance(by);
        var sent = await SentBeforeMarkerAsync();
        return [.. sent.Where(message => message.Header is { MessageType: MessageType.InputStreamData, PayloadType: not PayloadType.Parameter })];
    }

    /// <summary>Sends a message of the test's own behind everything that is due, and gives what left before it.</summary>
    public async Task<List<SentMessage>> SentBeforeMarkerAsync()
    {
        var marker = Guid.NewGuid().ToByteArray();
        Assert.True(Channel.TrySend(PayloadType.Parameter, marker));
        var before = new List<SentMessage>();
        while (true)
        {
            var next = await Transport.NextAsync();
            if (next.Header.PayloadType == PayloadType.Parameter && next.Payload.AsSpan().SequenceEqual(marker))
            {
                Transport.ReceiveAcknowledgement(next);
                return before;
            }

            before.Add(next);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();

        // A channel whose reader has stopped hears no answer to its goodbye and waits out its patience.
        var patience = Time.WhenWaitingAsync(_options.GoodbyeGrace);
        await Task.WhenAny(Running, patience).Soon();
        Time.Advance(_options.GoodbyeGrace);
        await ((Task)Running).ContinueWith(static _ => { }, TaskScheduler.Default).Soon();
        _ = Running.Exception;
        _stop.Dispose();
    }
}
