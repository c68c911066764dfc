using SessionManagerPlugin.Protocol.Reliability;

namespace SessionManagerPlugin.Tests.Protocol.Reliability;

/// <summary>
/// The window against a simple model of it: a list of messages with their due times, and every step of a long random session done to
/// both. The ring, the pass over it and the earliest due time are the window's shortcuts; the model has none of them.
/// </summary>
public class SendWindowModelTests
{
    private const int MaxMessages = 16;
    private const int MaxBytes = 400;
    private const int Steps = 60_000;
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void No_session_loses_a_message_or_forgets_to_send_it_again(int seed)
    {
        var run = new Run(seed);
        for (var step = 0; step < Steps; step++)
        {
            run.Step();
        }

        run.Finish();
    }

    private sealed class Sent(long number, int size)
    {
        public long Number { get; } = number;

        public int Size { get; } = size;

        public int Attempts { get; set; }

        public TimeSpan FirstSent { get; set; }

        public TimeSpan LastSent { get; set; }

        public bool IsRewound { get; set; }

        public TimeSpan Due { get; set; }

        public bool IsAcknowledged { get; set; }

        /// <summary>On an earlier connection, at least.</summary>
        public bool WasSent { get; set; }

        public bool IsInFlight => (Attempts > 0 || WasSent) && !IsAcknowledged;
    }

    private sealed class Run(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly SendWindow<Sent> _window = new(MaxMessages, MaxBytes, GiveUpAfter);
        private readonly List<Sent> _held = [];
        private TimeSpan _now = TimeSpan.FromDays(3);
        private TimeSpan _latestAcknowledged = TimeSpan.MinValue;
        private TimeSpan _silentFrom;
        private long _added;
        private long _handedBack;
        private bool _isPassOpen;

        public void Step()
        {
            switch (_random.Next(100))
            {
                case < 30:
                    Add();
                    break;
                case < 55:
                    SendNext();
                    break;
                case < 75:
                    Acknowledge();
                    break;
                case < 85:
                    _now += TimeSpan.FromMilliseconds(_random.Next(_random.Next(10) == 0 ? 3000 : 100));
                    break;
                case < 94:
                    ResendAll();
                    break;
                case < 97:
                    ResendSome();
                    break;
                case < 99:
                    AcknowledgeNothing();
                    break;
                default:
                    Rewind();
                    break;
            }

            Check();
        }

        public void Finish()
        {
            while (_window.TryRemoveFirst(out var message))
            {
                var expected = _held.First(sent => !sent.IsAcknowledged);
                Assert.Same(expected, message);
                _held.Remove(message);
                _handedBack++;
            }

            Assert.DoesNotContain(_held, sent => !sent.IsAcknowledged);
            Assert.Equal(_added, _handedBack);
            Assert.InRange(_added, Steps / 20, Steps);
        }

        private void Add()
        {
            var size = _random.Next(1, 80);
            var hasRoom = _held.Count == 0
                || (_held.Count < MaxMessages && _held.Where(sent => !sent.IsAcknowledged).Sum(sent => sent.Size) + size <= MaxBytes);
            Assert.Equal(hasRoom, _window.HasRoom(size));
            if (hasRoom)
            {
                var message = new Sent(_window.NextSequenceNumber, size);
                Assert.Equal(_added, message.Number);
                _window.Add(message, size);
                _held.Add(message);
                _added++;
            }
        }

        private void SendNext()
        {
            var expected = _held.Find(sent => sent is { Attempts: 0, WasSent: false });
            Assert.Equal(expected is not null, _window.TrySendNext(_now, out var message));
            Assert.Same(expected, message);
            if (expected is not null)
            {
                _silentFrom = _held.Exists(sent => sent.IsInFlight) ? _silentFrom : _now + _window.RoundTrip.RetransmissionTimeout;
                expected.FirstSent = _now;
                MarkSent(expected);
            }
        }

        private void Acknowledge()
        {
            var inFlight = _held.Where(sent => sent.IsInFlight).ToArray();
            if (inFlight.Length == 0)
            {
                return;
            }

            var expected = inFlight[_random.Next(2) == 0 ? 0 : _random.Next(inFlight.Length)];
            var timeout = _window.RoundTrip.RetransmissionTimeout;
            var smoothed = _window.RoundTrip.SmoothedRoundTripTime;

            Assert.True(_window.Acknowledge(expected.Number, _now, out var message));

            Assert.Same(expected, message);
            var answersFirst = expected.Attempts == 2 && _now - expected.LastSent < smoothed / 2;
            if (expected.Attempts > 1 && !answersFirst)
            {
                Assert.Equal((timeout, smoothed), (_window.RoundTrip.RetransmissionTimeout, _window.RoundTrip.SmoothedRoundTripTime));
            }

            _latestAcknowledged = expected.LastSent > _latestAcknowledged ? expected.LastSent : _latestAcknowledged;
            _silentFrom = _now + _window.RoundTrip.RetransmissionTimeout;
            expected.IsAcknowledged = true;
            _handedBack++;
            while (_held is [{ IsAcknowledged: true }, ..])
            {
                _held.RemoveAt(0);
            }
        }

        private void AcknowledgeNothing()
        {
            var number = _random.Next(3) == 0 ? _random.NextInt64(long.MinValue, long.MaxValue) : _added - _random.Next(-5, MaxMessages * 2);
            if (_held.Find(sent => sent.Number == number) is not { IsInFlight: true })
            {
                Assert.False(_window.Acknowledge(number, _now, out var message));
                Assert.Null(message);
            }
        }

        private void ResendAll()
        {
            if (_isPassOpen)
            {
                // The pass began at an earlier time and may have gone by what is due now. NextDue then asks for another one at once.
                Resend(int.MaxValue);
                _isPassOpen = false;
            }

            Resend(int.MaxValue);
            Assert.True(EarliestDue() is null || EarliestDue() > _now, "something overdue was left");
            Assert.True(_window.NextDue() is null || _window.NextDue() > _now, "a wait that ends at once, for nothing");
        }

        private void ResendSome()
        {
            _isPassOpen = true;
            Resend(_random.Next(1, 4));
        }

        private void Resend(int limit)
        {
            var last = -1L;
            for (; limit > 0 && _window.TryResendNext(_now, out var message, out var number); limit--)
            {
                Assert.Equal(number, message.Number);
                Assert.Contains(message, _held);
                Assert.True(message.IsInFlight);
                Assert.True(
                    DueOf(message) <= _now || _latestAcknowledged > message.LastSent + TimeSpan.FromMilliseconds(2),
                    "sent again before it was due, though nothing had overtaken it");
                Assert.True(number > last, "not the oldest first");
                last = number;
                MarkSent(message);
            }
        }

        private void Rewind()
        {
            _window.Rewind(_now);
            _latestAcknowledged = TimeSpan.MinValue;
            _silentFrom = _now;
            _isPassOpen = false;
            foreach (var sent in _held.Where(sent => sent.IsInFlight))
            {
                sent.Due = _now;
                sent.FirstSent = _now;
                sent.IsRewound = true;
                sent.Attempts = 0;
                sent.WasSent = true;
            }
        }

        private void Check()
        {
            Assert.Equal(_held.Count, _window.Count);
            Assert.Equal(_held.Count == 0, _window.IsEmpty);
            Assert.Equal(EarliestDue() is null, _window.NextDue() is null);
            Assert.True(_window.NextDue() is null || _window.NextDue() <= EarliestDue(), "a message would be sent again too late");

            var oldest = _held.FirstOrDefault(sent => !sent.IsAcknowledged);
            var hasGivenUp = oldest is { IsInFlight: true } && _now - oldest.FirstSent >= GiveUpAfter;
            Assert.Equal(hasGivenUp, _window.HasGivenUp(_now));
        }

        private TimeSpan? EarliestDue() => _held.Where(sent => sent.IsInFlight).Min(sent => (TimeSpan?)DueOf(sent));

        /// <summary>While acknowledgements come, a late one is only late; on a new connection everything is due at once.</summary>
        private TimeSpan DueOf(Sent sent)
        {
            return sent.IsRewound || sent.Due > _silentFrom ? sent.Due : _silentFrom;
        }

        private void MarkSent(Sent sent)
        {
            sent.Due = _now + _window.RoundTrip.RetransmissionTimeout;
            sent.LastSent = _now;
            sent.IsRewound = false;
            sent.Attempts++;
        }
    }
}
