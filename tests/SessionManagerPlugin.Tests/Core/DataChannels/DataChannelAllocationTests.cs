using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using SessionManagerPlugin.Core.DataChannels;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Core.Threading;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Core.DataChannels;

/// <summary>A long transfer leaves nothing for the garbage collector, and so does not stutter.</summary>
[Collection(nameof(AlonePlease))]
public class DataChannelAllocationTests(ITestOutputHelper output)
{
    private const int Frames = 100_000;

    // For all frames together: less than a byte a frame. It is what the runtime's own threads allocate meanwhile.
    private const long Bound = 64 * 1024;

    [Fact]
    public async Task A_hundred_thousand_frames_each_way_allocate_less_than_a_byte_a_frame()
    {
        var transport = new Loop();

        // A window that is full after the warm-up: the messages of one that still grows are new, and stay.
        var options = DataChannelOptions.Default with { SendWindowBytes = 128 * 1024 };
        var channel = new DataChannel(ChannelUnderTest.Session, options, transport, null, TimeProvider.System, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var running = channel.RunAsync(stop.Token);
        var down = new Pace();
        var up = new Pace();
        var sending = SendAsync(channel, down, stop.Token);
        var reading = ReadAsync(channel, up, stop.Token);

        // The pools fill, the code gets its last form.
        await RunAsync(transport, down, up, Frames / 2);
        var least = long.MaxValue;
        for (var attempt = 0; attempt < 5 && least >= Bound; attempt++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await RunAsync(transport, down, up, Frames);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        await stop.CancelAsync();
        _ = down.Allow(1);
        _ = up.Allow(1);
        await Task.WhenAll(sending, reading, running).ContinueWith(static _ => { }, TaskScheduler.Default).Soon();
        output.WriteLine($"{least} bytes for {Frames} frames each way");
        Assert.InRange(least, 0, Bound);
    }

    private static async Task RunAsync(Loop transport, Pace down, Pace up, int frames)
    {
        var (sent, received) = (down.Allow(frames), up.Allow(frames));
        transport.Allow(frames);
        await Task.WhenAll(sent, received).WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static async Task SendAsync(DataChannel channel, Pace pace, CancellationToken cancellationToken)
    {
        while (true)
        {
            await pace.NextAsync(1);
            cancellationToken.ThrowIfCancellationRequested();
            var message = channel.Rent();
            message.Payload.Span.Fill(1);
            await channel.SendAsync(PayloadType.Output, message, 1024, cancellationToken);
        }
    }

    private static async Task ReadAsync(DataChannel channel, Pace pace, CancellationToken cancellationToken)
    {
        while (await channel.Received.WaitToReadAsync(cancellationToken))
        {
            while (channel.Received.TryRead(out _, out var bytes))
            {
                channel.Received.Advance(bytes.Length);
                await pace.NextAsync(bytes.Length / (double)Loop.PayloadSize);
            }
        }
    }

    /// <summary>Counts frames, and says when as many as were allowed have passed.</summary>
    private sealed class Pace
    {
        private readonly AsyncSignal _allowed = new();
        private readonly Lock _gate = new();
        private TaskCompletionSource _done = new();
        private double _left;

        public Task Allow(int frames)
        {
            lock (_gate)
            {
                _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _left = frames;
            }

            _allowed.Set();
            return _done.Task;
        }

        public ValueTask NextAsync(double frames)
        {
            lock (_gate)
            {
                _left -= frames;
                if (_left >= 1e-6)
                {
                    return default;
                }

                _done.TrySetResult();
            }

            return _allowed.WaitAsync();
        }
    }

    /// <summary>
    /// A connection whose far end acknowledges every message of the client and sends messages of its own as many as are allowed, all in
    /// buffers that are there from the start.
    /// </summary>
    private sealed class Loop : IMessageTransport
    {
        public const int PayloadSize = 1024;
        private const int Places = 8192;

        private readonly Lock _gate = new();
        private readonly AsyncSignal _hasWork = new();
        private readonly Acknowledgement[] _acknowledgements = new Acknowledgement[Places];
        private readonly byte[] _payload = new byte[PayloadSize];
        private readonly byte[] _message = new byte[ClientMessageWriter.MessageSize(PayloadSize)];
        private readonly byte[] _acknowledgement = new byte[ClientMessageWriter.MessageSize(Acknowledgement.MaxSize)];
        private int _first;
        private int _count;
        private long _next;
        private int _left;
        private int _unacknowledged;

        public TimeSpan SilentFor => TimeSpan.Zero;

        public void Allow(int frames)
        {
            lock (_gate)
            {
                _left += frames;
            }

            _hasWork.Set();
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                lock (_gate)
                {
                    if (_count > 0)
                    {
                        var acknowledgement = _acknowledgements[_first];
                        _first = (_first + 1) % Places;
                        _count--;
                        var length = acknowledgement.Write(_acknowledgement.AsSpan(ClientMessageLayout.PayloadOffset));
                        var size = ClientMessageWriter.MessageSize(length);
                        ClientMessageWriter.WriteHeader(_acknowledgement.AsSpan(0, size), Header(MessageType.Acknowledge, 0));
                        return _acknowledgement.AsMemory(0, size);
                    }

                    if (_left > 0 && _unacknowledged < 1000)
                    {
                        _left--;
                        _unacknowledged++;
                        ClientMessageWriter.Write(_message, Header(MessageType.OutputStreamData, _next++), _payload);
                        return _message;
                    }
                }

                await using var registration = cancellationToken.UnsafeRegister(static state => ((AsyncSignal)state!).Set(), _hasWork);
                await _hasWork.WaitAsync();
            }
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> message, MessageKind kind)
        {
            if (kind == MessageKind.Text)
            {
                return default;
            }

            // Not by Assert, which allocates.
            if (ClientMessageReader.Read(message.Span, out var read) != ClientMessageError.None || _count == Places)
            {
                throw new TransportException(TransportFailure.Lost, "the channel sent what cannot be read, or too much");
            }

            lock (_gate)
            {
                if (read.MessageType == MessageType.Acknowledge)
                {
                    _unacknowledged--;
                    return default;
                }

                _acknowledgements[(_first + _count++) % Places] = new Acknowledgement(read.MessageType, read.MessageId, read.SequenceNumber);
            }

            return default;
        }

        public ValueTask FlushAsync(CancellationToken cancellationToken)
        {
            _hasWork.Set();
            return default;
        }

        public ValueTask CloseAsync(string reason) => default;

        public ValueTask DisposeAsync() => default;

        private static ClientMessageHeader Header(MessageType type, long number) => new(
            type,
            number,
            MessageFlags.None,
            new Guid((int)number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
            CreatedDate: 1,
            type == MessageType.Acknowledge ? PayloadType.None : PayloadType.Output);
    }
}

/// <summary>Allocations are counted for the whole process: nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(AlonePlease), DisableParallelization = true)]
public sealed class AlonePlease;
