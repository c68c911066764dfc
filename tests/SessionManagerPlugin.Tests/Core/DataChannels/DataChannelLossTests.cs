using SessionManagerPlugin.Core.DataChannels;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Core.DataChannels;

/// <summary>
/// The channel against a simple agent over a connection that loses, doubles and mixes up messages in both directions by a seed's chance:
/// what arrives is what was sent, once and in order.
/// </summary>
public class DataChannelLossTests
{
    private const int SchedulesPerTest = 50;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Whatever_the_connection_does_every_byte_arrives_once_and_in_order(int block)
    {
        for (var seed = block * SchedulesPerTest; seed < (block + 1) * SchedulesPerTest; seed++)
        {
            try
            {
                await new Schedule(seed).RunAsync();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}", e);
            }
        }
    }

    private sealed class Schedule
    {
        private readonly Random _random;
        private readonly DataChannelOptions _options;
        private readonly double _loss;
        private readonly double _double;
        private readonly double _delay;

        // The agent's side: what it sends and was not acknowledged, what it expects and has early.
        private readonly List<byte[]> _toClient = [];
        private readonly HashSet<long> _unacknowledged = [];
        private readonly Dictionary<long, byte[]> _early = [];
        private readonly List<byte> _arrived = [];
        private readonly List<byte[]> _underWay = [];
        private readonly List<SentMessage> _underWayToAgent = [];
        private long _expected;

        public Schedule(int seed)
        {
            _random = new Random(seed);
            _loss = _random.NextDouble() * 0.4;
            _double = _random.NextDouble() * 0.3;
            _delay = _random.NextDouble() * 0.8;
            _options = new DataChannelOptions
            {
                SendWindowMessages = _random.Next(1, 80),
                SendWindowBytes = _random.Next(200, 20_000),
                ReorderMessages = _random.Next(0, 30),
                ReorderBytes = _random.Next(0, 5000),
                ReceiveBufferBytes = _random.Next(1, 3000),
                GiveUpAfter = TimeSpan.FromDays(30),
            };
        }

        public async Task RunAsync()
        {
            var toAgent = Pieces();
            for (var number = 0; number < _random.Next(1, 60); number++)
            {
                var piece = new byte[_random.Next(0, 200)];
                _random.NextBytes(piece);
                _toClient.Add(piece);
                _unacknowledged.Add(number);
            }

            var expectedAtClient = _toClient.SelectMany(piece => piece).ToArray();
            await using var test = await ChannelUnderTest.OpenAsync(_options);
            var reading = test.ReadAsync(expectedAtClient.Length);
            var writing = WriteAsync(test.Channel, toAgent);

            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (_unacknowledged.Count > 0 || !reading.IsCompleted || !writing.IsCompleted || _arrived.Count < toAgent.Sum(piece => piece.Length))
            {
                limit.Token.ThrowIfCancellationRequested();
                Assert.False(test.Running.IsCompleted);
                Step(test);
                test.Time.Advance(TimeSpan.FromMilliseconds(_random.Next(1, 60)));
                await Task.Yield();
            }

            await writing;
            Assert.Equal(expectedAtClient, await reading);
            Assert.Equal(toAgent.SelectMany(piece => piece), _arrived);
            Assert.False(test.Channel.Received.TryRead(out _, out _));
        }

        private List<byte[]> Pieces()
        {
            var pieces = new List<byte[]>();
            for (var number = _random.Next(1, 60); number > 0; number--)
            {
                var piece = new byte[_random.Next(1, 300)];
                _random.NextBytes(piece);
                pieces.Add(piece);
            }

            return pieces;
        }

        private static async Task WriteAsync(DataChannel channel, List<byte[]> pieces)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            foreach (var piece in pieces)
            {
                await channel.SendAsync(PayloadType.Output, piece, limit.Token);
            }
        }

        private void Step(ChannelUnderTest test)
        {
            while (test.Transport.TryTakeSent(out var sent))
            {
                _underWayToAgent.Add(sent);
            }

            for (var i = _underWayToAgent.Count; i > 0; i--)
            {
                if (_random.NextDouble() >= _delay)
                {
                    var index = _random.Next(_underWayToAgent.Count);
                    TakeAtAgent(_underWayToAgent[index]);
                    if (_random.NextDouble() >= _double)
                    {
                        _underWayToAgent.RemoveAt(index);
                    }
                }
            }

            // The agent sends a few of what is not acknowledged, again and again.
            foreach (var number in _unacknowledged.Take(_random.Next(0, 12)))
            {
                Send(FakeTransport.Message(MessageType.OutputStreamData, number, PayloadType.Output, _toClient[(int)number]));
            }

            for (var i = _underWay.Count; i > 0; i--)
            {
                if (_random.NextDouble() >= _delay)
                {
                    var index = _random.Next(_underWay.Count);
                    test.Transport.Receive([.. _underWay[index]]);
                    if (_random.NextDouble() >= _double)
                    {
                        _underWay.RemoveAt(index);
                    }
                }
            }
        }

        private void TakeAtAgent(SentMessage message)
        {
            if (_random.NextDouble() < _loss)
            {
                return;
            }

            if (message.IsAcknowledgement)
            {
                _unacknowledged.Remove(message.Acknowledgement.SequenceNumber);
                return;
            }

            var number = message.Header.SequenceNumber;
            if (number >= _expected)
            {
                _early.TryAdd(number, message.Payload);
                while (_early.Remove(_expected, out var payload))
                {
                    _arrived.AddRange(payload);
                    _expected++;
                }
            }

            Send(FakeTransport.AcknowledgementOf(message));
        }

        private void Send(byte[] message)
        {
            // What is under way is bounded, as a connection's buffers are.
            if (_random.NextDouble() >= _loss && _underWay.Count < 500)
            {
                _underWay.Add(message);
            }
        }
    }
}
