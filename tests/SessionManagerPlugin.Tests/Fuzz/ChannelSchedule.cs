using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using SessionManagerPlugin.Core.DataChannels;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;
using SessionManagerPlugin.Tests.Core.DataChannels;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Fuzz;

/// <summary>
/// A data channel and a model agent over connections that lose, double, delay, mix up and damage messages and are cut in every way, all by
/// one seed's chance. In the end the world is kind: then everything must have arrived, once and in order, and the channel must end.
/// </summary>
internal sealed class ChannelSchedule
{
    // What a schedule needs when nothing is lost any more is far below; above it something hangs.
    private const int MaxCalmRounds = 400;
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(2017);

    private readonly Random _random;
    private readonly DataChannelOptions _options;
    private readonly ManualTimeProvider _time = new();
    private readonly Resumer _resumer = new();
    private readonly DataChannel _channel;
    private readonly ModelAgent _agent;
    private readonly List<(PayloadType Type, byte[] Payload)> _toClient;
    private readonly List<byte[]> _toAgent;
    private readonly List<(PayloadType Type, byte[] Payload)> _accepted = [];
    private readonly List<byte[]> _underWayToClient = [];
    private readonly List<SentMessage> _underWayToAgent = [];
    private readonly List<(PayloadType Type, byte Value)> _read = [];
    private readonly StringBuilder _trace = new();
    private readonly bool _takesTime;
    private readonly double _loss;
    private readonly double _double;
    private readonly double _damage;
    private readonly double _disorder;
    private readonly double _cut;
    private readonly double _slowness;
    private ModelConnection _connection;
    private Task<ChannelClosed?> _running = null!;
    private Task _writing = null!;
    private string _token = ChannelUnderTest.Token;
    private bool _hasOpened;
    private bool _hasBeenHeard;
    private bool _isCalm;
    private int _connections = 1;

    public ChannelSchedule(int seed)
    {
        _random = new Random(seed);
        _takesTime = _random.Next(4) == 0;
        IsSerial = _random.Next(4) != 0;
        _loss = Chance(0.3);
        _double = Chance(0.3);
        _damage = Chance(0.15);
        _disorder = Chance(0.6);
        _cut = Chance(0.12);
        _slowness = Chance(0.95);
        _options = new DataChannelOptions
        {
            SendWindowMessages = _random.Next(1, 24),
            SendWindowBytes = _random.Next(130, 3000),
            PayloadSize = _random.Next(1, 80),
            ReorderMessages = _random.Next(0, 8),
            ReorderBytes = _random.Next(0, 300),
            ReceiveBufferBytes = _random.Next(1, 120),
            RefusalGrace = Grace,
            GiveUpAfter = TimeSpan.FromDays(30),
        };
        _toClient = [(PayloadType.Output, "$"u8.ToArray()), .. Pieces(60).Select(piece => (_random.Next(4) == 0 ? PayloadType.StandardError : PayloadType.Output, piece))];
        _toAgent = [.. Pieces(_options.PayloadSize).Where(piece => piece.Length > 0)];
        _agent = new ModelAgent(_toClient, maxEarly: _random.Next(0, 10), maxInFlight: _random.Next(1, 12));
        _connection = NewConnection();
        _channel = new DataChannel(ChannelUnderTest.Session, _options, _connection, _resumer, _time, NullLogger.Instance);
    }

    /// <summary>
    /// Whether nothing more is received while the reader holds the channel back. Then nothing depends on which of the channel's tasks is
    /// the faster one, and the seed is one course of events.
    /// </summary>
    public bool IsSerial { get; }

    /// <summary>What was done, step by step: the same for the same seed of a serial schedule.</summary>
    public string Trace => _trace.ToString();

    public async Task RunAsync()
    {
        using var stop = new CancellationTokenSource();
        _running = _channel.RunAsync(stop.Token);
        _writing = WriteAsync();
        try
        {
            await SettleAsync();
            for (var steps = _random.Next(20, 120); steps > 0; steps--)
            {
                await StepAsync();
            }

            _isCalm = true;
            var rounds = 0;
            do
            {
                Assert.True(++rounds < MaxCalmRounds, "it hangs");
                await CalmRoundAsync();
            }
            while (!IsDone());

            await EndAsync();
        }
        catch (Exception e) when (e is not InvalidOperationException)
        {
            throw new InvalidOperationException($"{e.Message} ({Describe()})", e);
        }
        finally
        {
            await stop.CancelAsync();
            _connection.Cut();
            _connection.FailReads(Failure(TransportFailure.Lost));
            await LeaveAsync();
        }
    }

    private async Task StepAsync()
    {
        var action = _random.Next(13);
        Note($"{action}:{_underWayToAgent.Count},{_underWayToClient.Count}");
        if (_resumer.IsAsked)
        {
            await StepAwayAsync(action);
            return;
        }

        switch (action)
        {
            case 0 or 1 or 2:
                await DeliverToAgentAsync();
                break;
            case 3 or 4 or 5:
                await DeliverToClientAsync();
                break;
            case 6:
                SendToClient(_agent.SendNext());
                break;
            case 7:
                foreach (var message in _agent.Resend(_random.Next(1, 4)).ToArray())
                {
                    SendToClient(message);
                }

                break;
            case 8:
                await PassAsync(TimeSpan.FromMilliseconds(_random.Next(1, 400)));
                break;
            case 9:
                await ReadAsync();
                break;
            case 10:
                await TrySendAsync();
                break;
            case 11:
                await HoldAsync();
                break;
            default:
                await InterfereAsync();
                break;
        }

        if (_hasBeenHeard && _random.NextDouble() < _cut)
        {
            await CutAsync();
        }
    }

    private async Task StepAwayAsync(int action)
    {
        switch (action)
        {
            case 0 or 1 or 2:
                await ConnectAsync();
                break;
            case 3:
                await ReadAsync();
                break;
            case 4:
                await TrySendAsync();
                break;
            default:
                await PassAsync(TimeSpan.FromMilliseconds(_random.Next(1, 20_000)));
                break;
        }
    }

    private async Task CalmRoundAsync()
    {
        if (_resumer.IsAsked)
        {
            await ConnectAsync();
        }

        _connection.Release();
        if (_connection.IsCut)
        {
            _connection.FailReads(Failure(TransportFailure.Lost));
        }

        await SettleAsync();

        while (_underWayToAgent.Count > 0)
        {
            await DeliverToAgentAsync();
        }

        for (var i = 0; i < 4; i++)
        {
            SendToClient(_agent.SendNext());
        }

        foreach (var message in _agent.Resend(4).ToArray())
        {
            SendToClient(message);
        }

        while (_underWayToClient.Count > 0)
        {
            await DeliverToClientAsync();
            await ReadAsync();
        }

        await ReadAsync();
        await PassAsync(TimeSpan.FromMilliseconds(500));
    }

    private bool IsDone() =>
        !_resumer.IsAsked && _writing.IsCompleted && _agent.HasNothingLeft && _agent.Arrived.Count == _accepted.Count && _read.Count == _toClient.Sum(one => one.Payload.Length);

    private async Task EndAsync()
    {
        await _writing;
        AssertArrived();
        _connection.Receive(FakeTransport.Closed("{\"Output\":\"done\"}"));
        await PassAsync(_options.GoodbyeGrace);
        Assert.Equal("done", (await _running.WaitAsync(SettleLimit))!.Output);
        Assert.False(_channel.Received.TryRead(out _, out _));
        Assert.True(_connection.IsDisposed);
    }

    private void AssertArrived()
    {
        Assert.Equal(
            _toClient.SelectMany(one => one.Payload.Select(value => (one.Type, value))),
            _read);
        Assert.Equal(_accepted.Count, _agent.Arrived.Count);
        for (var i = 0; i < _accepted.Count; i++)
        {
            Assert.Equal(_accepted[i].Type, _agent.Arrived[i].Type);
            Assert.Equal(_accepted[i].Payload, _agent.Arrived[i].Payload);
        }

        Assert.Equal(_toAgent.SelectMany(piece => piece), _accepted.Where(one => one.Type == PayloadType.Output).SelectMany(one => one.Payload));
    }

    private async Task WriteAsync()
    {
        foreach (var piece in _toAgent)
        {
            await _channel.SendAsync(PayloadType.Output, piece, CancellationToken.None);
            _accepted.Add((PayloadType.Output, piece));
        }
    }

    private async Task TrySendAsync()
    {
        // Not past the rest of the writer's work, whose bookkeeping has no lock: the channel is at rest here.
        var payload = new byte[_random.Next(1, 30)];
        _random.NextBytes(payload);
        if (_channel.TrySend(PayloadType.Size, payload))
        {
            _accepted.Add((PayloadType.Size, payload));
        }

        await SettleAsync();
    }

    /// <summary>A write that was held is done; or else the next one is held, with what has become due.</summary>
    private async Task HoldAsync()
    {
        if (_connection.SenderWait != 0)
        {
            _connection.Release();
            await SettleAsync();
        }
        else if (!_connection.IsCut)
        {
            _connection.HoldNextWrite();
            await PassAsync(TimeSpan.FromMilliseconds(_random.Next(1, 1200)));
        }
    }

    private async Task DeliverToAgentAsync()
    {
        if (Take(_underWayToAgent, out var message) && _random.NextDouble() >= Current(_loss))
        {
            SendToClient(_agent.Take(message));
        }

        await SettleAsync();
    }

    private async Task DeliverToClientAsync()
    {
        if (IsSerial && !_resumer.IsAsked && !_connection.IsCut && _connection.ReceiverWait == 0)
        {
            await ReadAsync();
        }
        else if (!Take(_underWayToClient, out var message) || _connection.IsCut || _random.NextDouble() < Current(_loss))
        {
            return;
        }
        else
        {
            var damaged = _random.NextDouble() < Current(_damage) ? Damaged(message) : null;
            _hasBeenHeard |= damaged is null;
            _connection.Receive(damaged ?? [.. message]);
        }

        await SettleAsync();
    }

    /// <summary>Takes one out: most often the first, and leaves it there, now and then, to come again.</summary>
    private bool Take<T>(List<T> underWay, out T message)
    {
        message = default!;
        if (underWay.Count == 0)
        {
            return false;
        }

        var index = _random.NextDouble() < Current(_disorder) ? _random.Next(underWay.Count) : 0;
        message = underWay[index];
        if (_random.NextDouble() >= Current(_double))
        {
            underWay.RemoveAt(index);
        }

        return true;
    }

    /// <summary>A copy that no check may let pass: the digest is over the payload, so the damage is there or in the lengths.</summary>
    private byte[] Damaged(byte[] message)
    {
        byte[] copy = [.. message];
        switch (_random.Next(copy.Length > ClientMessageLayoutOffset ? 3 : 1))
        {
            case 0:
                return copy[.._random.Next(copy.Length)];
            case 1:
                copy[_random.Next(ClientMessageLayoutOffset, copy.Length)] ^= (byte)(1 << _random.Next(8));
                return copy;
            default:
                copy[80 + _random.Next(32)] ^= (byte)(1 << _random.Next(8));
                return copy;
        }
    }

    /// <summary>What does not belong here: it must do nothing.</summary>
    private async Task InterfereAsync()
    {
        if (_connection.IsCut || (IsSerial && _connection.ReceiverWait == 0))
        {
            return;
        }

        byte[] message;
        switch (_random.Next(5))
        {
            case 0:
                message = new byte[_random.Next(0, 300)];
                _random.NextBytes(message);
                break;
            case 1:
                message = FakeTransport.Message(
                    _random.Next(2) == 0 ? MessageType.PausePublication : MessageType.StartPublication, 0, PayloadType.None, []);
                break;
            case 2:
                message = FakeTransport.Message(MessageType.Acknowledge, 0, PayloadType.None, "{\"AcknowledgedMessageSequenceNumber\":"u8);
                break;
            case 3:
                var payload = new byte[Acknowledgement.MaxSize];
                var number = _random.Next(2) == 0 ? _random.NextInt64(1000, long.MaxValue) : _random.NextInt64(long.MinValue, 0);
                var length = new Acknowledgement(MessageType.InputStreamData, Guid.Empty, number).Write(payload);
                message = FakeTransport.Message(MessageType.Acknowledge, 0, PayloadType.None, payload.AsSpan(0, length));
                break;
            default:
                message = FakeTransport.Message(
                    MessageType.OutputStreamData, _random.NextInt64(1000, long.MaxValue), PayloadType.Output, "far ahead"u8);
                break;
        }

        _connection.Receive(message);
        await SettleAsync();
    }

    private async Task ReadAsync()
    {
        while (_channel.Received.TryRead(out var type, out var bytes))
        {
            var count = _isCalm ? bytes.Length : _random.Next(1, bytes.Length + 1);
            foreach (var value in bytes.Span[..count])
            {
                _read.Add((type, value));
            }

            _channel.Received.Advance(count);
            await SettleAsync();
            if (_random.NextDouble() < Current(_slowness))
            {
                return;
            }
        }
    }

    private async Task CutAsync()
    {
        if (_connection.IsCut)
        {
            return;
        }

        var kind = _random.Next(6);
        Note($"cut {kind}");
        _connection.Cut();

        // What is under way may be lost with the connection, or wait somewhere for the next one.
        Drop(_underWayToAgent);
        Drop(_underWayToClient);
        switch (kind)
        {
            case 0:
                _connection.FailReads(Failure(TransportFailure.Lost));
                break;
            case 1:
                _connection.FailReads(Failure(TransportFailure.Closed));
                break;
            case 2:
                _connection.FailWrites(Failure(TransportFailure.Lost));
                break;
            case 3:
                _connection.FailWrites(Failure(TransportFailure.Lost));
                _connection.FailReads(Failure(TransportFailure.Lost));
                break;
            case 4:
                _connection.Fill();
                break;
            default:
                break;
        }

        await SettleAsync();
        if (kind >= 4)
        {
            // Nobody says anything: the watch finds out.
            _connection.BeSilentFor(_options.DeadPeerAfter);
            var began = Stopwatch.GetTimestamp();
            while (!_resumer.IsAsked)
            {
                ThrowIfStuck(began);
                _time.Advance(TimeSpan.FromSeconds(1));
                for (var i = 0; i < 20 && !_resumer.IsAsked; i++)
                {
                    await Task.Yield();
                }
            }

            await SettleAsync();
        }
    }

    private void Drop<T>(List<T> underWay)
    {
        if (_random.Next(2) == 0)
        {
            underWay.Clear();
        }
    }

    private async Task ConnectAsync()
    {
        _token = $"token-{++_connections}";
        _hasOpened = false;
        var old = _connection;
        _connection = NewConnection();
        if (!_isCalm && _random.Next(6) == 0)
        {
            Note("stillborn");
            _connection.Cut();
            _connection.FailWrites(Failure(TransportFailure.Lost));
        }

        Assert.True(old.IsDisposed);
        _resumer.Give(_connection, _token);
        await SettleAsync();

        // Both sides send again what was not acknowledged, the agent too.
        if (_hasOpened)
        {
            foreach (var message in _agent.Resend(int.MaxValue).ToArray())
            {
                SendToClient(message);
            }
        }
    }

    /// <summary>Lets time pass, from one timer to the next: the channel acts on each before the clock goes on.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        while (time > TimeSpan.Zero)
        {
            var step = _time.UntilNext is { } next && next < time ? next : time;
            time -= step;
            _time.Advance(step);
            await SettleAsync();
        }
    }

    private void SendToClient(byte[]? message)
    {
        // What is under way is bounded, as a connection's buffers are.
        if (message is not null && _underWayToClient.Count < 64 && (_isCalm || _random.NextDouble() >= _loss / 2))
        {
            _underWayToClient.Add(message);
        }
    }

    /// <summary>Lets the channel do everything that follows from the last step, and takes what it sent.</summary>
    private async Task SettleAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_running.IsCompleted)
            {
                await _running;
                return;
            }

            var state = State();
            if (state.IsAtRest && state == State())
            {
                TakeSent();
                return;
            }

            if (_connection.HasFailedWrite && !_resumer.IsAsked && _time.IsWaiting(Grace))
            {
                // The channel waits for the far side's last word, which does not come.
                _time.Advance(Grace);
            }

            ThrowIfStuck(began);
            await Task.Yield();
        }
    }

    private (bool IsAtRest, int Sender, int Receiver, int Writer) State()
    {
        var writer = _writing.IsCompleted ? -1 : ChannelState.WriterWait(_channel);
        if (_resumer.IsAsked)
        {
            return (writer != 0, -1, -1, writer);
        }

        var sender = ChannelState.SenderWait(_channel) is var wait and not 0 ? wait : -_connection.SenderWait;
        var receiver = _connection.ReceiverWait is var inTransport and not 0 ? inTransport : -ChannelState.DeliveryWait(_channel);
        return (sender != 0 && receiver != 0 && writer != 0 && _time.HasPeriodicTimer, sender, receiver, writer);
    }

    private void TakeSent()
    {
        // The two tasks of a channel may come to rest in any order: acknowledgements first is one order for all runs.
        var sent = new List<SentMessage>();
        foreach (var (kind, bytes) in _connection.TakeSent())
        {
            if (kind == MessageKind.Text)
            {
                Assert.False(_hasOpened);
                Assert.Equal(_token, JsonDocument.Parse(bytes).RootElement.GetProperty("TokenValue").GetString());
                _hasOpened = true;
                continue;
            }

            Assert.True(_hasOpened, "a message came before the opening");
            sent.Add(new SentMessage(kind, bytes));
        }

        if (!_connection.IsCut)
        {
            _underWayToAgent.AddRange(sent.OrderBy(message => message.IsAcknowledgement ? 0 : 1).ThenBy(
                message => message.IsAcknowledgement ? message.Acknowledgement.SequenceNumber : message.Header.SequenceNumber));
        }
    }

    private async Task LeaveAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (!_running.IsCompleted)
        {
            ThrowIfStuck(began);
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        _ = _running.Exception;
    }

    private static void ThrowIfStuck(long began)
    {
        if (Stopwatch.GetElapsedTime(began) > SettleLimit)
        {
            throw new TimeoutException("the channel does not come to rest");
        }
    }

    private ModelConnection NewConnection() => new(_takesTime);

    private IEnumerable<byte[]> Pieces(int maxLength)
    {
        for (var count = _random.Next(0, 14); count > 0; count--)
        {
            var piece = new byte[_random.Next(0, maxLength + 1)];
            _random.NextBytes(piece);
            yield return piece;
        }
    }

    /// <summary>Half of the schedules know nothing of a kind of trouble: then the others are seen more clearly.</summary>
    private double Chance(double max) => _random.Next(2) == 0 ? 0 : _random.NextDouble() * max;

    private double Current(double chance) => _isCalm ? 0 : chance;

    private void Note(string what) => _trace.Append(what).Append(' ');

    private string Describe() =>
        $"{_read.Count} of {_toClient.Sum(one => one.Payload.Length)} bytes read, {_agent.Arrived.Count} of {_accepted.Count} accepted messages arrived, "
        + $"writer {(_writing.IsCompleted ? "done" : "waits")}, agent has {_agent.UnacknowledgedCount} unacknowledged, "
        + $"connection {_connections}, {_options}";

    private static TransportException Failure(TransportFailure kind) => new(kind, "The connection to gateway.test broke: by chance");

    // Where the payload begins.
    private const int ClientMessageLayoutOffset = 120;

    private sealed class Resumer : IConnectionResumer
    {
        private TaskCompletionSource<ResumedConnection?>? _asked;

        public bool IsAsked => Volatile.Read(ref _asked) is not null;

        public Task<ResumedConnection?> ResumeAsync(string reason, bool wasSound, CancellationToken cancellationToken)
        {
            var asked = new TaskCompletionSource<ResumedConnection?>(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _asked, asked);
            return asked.Task.WaitAsync(cancellationToken);
        }

        public void Give(ModelConnection connection, string token)
        {
            var asked = _asked!;
            Volatile.Write(ref _asked, null);
            asked.SetResult(new ResumedConnection(connection, token));
        }
    }
}
