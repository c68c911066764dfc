using System.Runtime.CompilerServices;
using SessionManagerPlugin.Core.Threading;
using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Core.DataChannels;

/// <summary>
/// The received payloads between the receiving task and the session: a ring of bytes, bounded, that allocates nothing once it is made.
/// Payloads of one type that follow each other are one run, so a slow reader finds larger pieces and catches up.
/// </summary>
/// <remarks>One task writes, one task reads. The bytes are the pipe's; a reader borrows them until it advances.</remarks>
internal sealed class PayloadPipe
{
    // Runs end where the payload type changes: between output and standard error, a few times a line at the most.
    private const int MaxRuns = 1024;

    private readonly Lock _gate = new();
    private readonly byte[] _ring;
    private readonly Run[] _runs = new Run[MaxRuns];
    private readonly AsyncSignal _hasRoom = new();
    private readonly AsyncSignal _hasData = new();
    private int _firstRun;
    private int _runCount;
    private int _start;
    private int _count;
    private bool _isComplete;

    public PayloadPipe(int capacity) => _ring = GC.AllocateUninitializedArray<byte>(capacity);

    /// <summary>Takes as much of a payload as there is room for, and says how much that was.</summary>
    public int Write(PayloadType type, ReadOnlySpan<byte> payload)
    {
        lock (_gate)
        {
            var taken = Math.Min(payload.Length, _ring.Length - _count);
            if (taken == 0 || !TryExtendRun(type, taken))
            {
                return 0;
            }

            var end = (_start + _count) % _ring.Length;
            var beforeWrap = Math.Min(taken, _ring.Length - end);
            payload[..beforeWrap].CopyTo(_ring.AsSpan(end));
            payload[beforeWrap..taken].CopyTo(_ring);
            _count += taken;
            _hasData.Set();
            return taken;
        }
    }

    /// <summary>Completes when the reader may have made room.</summary>
    public ValueTask WaitForRoomAsync() => _hasRoom.WaitAsync();

    /// <summary>Lets a waiting writer look at its cancellation.</summary>
    public void WakeWriter() => _hasRoom.Set();

    /// <summary>Nothing more will come. What is there can still be read.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
        }

        _hasData.Set();
    }

    /// <summary>Waits until there is something to read. False when there is nothing and nothing more will come.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            lock (_gate)
            {
                if (_count > 0)
                {
                    return true;
                }

                if (_isComplete)
                {
                    return false;
                }
            }

            // Taking the token's registration only here keeps it off the path of a reader that finds data.
            // Not by "await using", whose ConfigureAwait puts the registration on the heap.
            var registration = cancellationToken.UnsafeRegister(static state => ((AsyncSignal)state!).Set(), _hasData);
            try
            {
                await _hasData.WaitAsync().ConfigureAwait(false);
            }
            finally
            {
                await registration.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>The next bytes of one payload type that stand in a row. The same ones again, until <see cref="Advance"/>.</summary>
    public bool TryRead(out PayloadType type, out ReadOnlyMemory<byte> bytes)
    {
        lock (_gate)
        {
            if (_count == 0)
            {
                type = default;
                bytes = default;
                return false;
            }

            ref var run = ref _runs[_firstRun];
            type = run.Type;
            bytes = _ring.AsMemory(_start, Math.Min(run.Length, _ring.Length - _start));
            return true;
        }
    }

    /// <summary>The reader is done with this many bytes of what <see cref="TryRead"/> gave.</summary>
    public void Advance(int count)
    {
        lock (_gate)
        {
            _start = (_start + count) % _ring.Length;
            _count -= count;
            ref var run = ref _runs[_firstRun];
            run.Length -= count;
            if (run.Length == 0)
            {
                _firstRun = (_firstRun + 1) % MaxRuns;
                _runCount--;
            }

            _hasRoom.Set();
        }
    }

    private bool TryExtendRun(PayloadType type, int length)
    {
        if (_runCount > 0)
        {
            ref var last = ref _runs[(_firstRun + _runCount - 1) % MaxRuns];
            if (last.Type == type)
            {
                last.Length += length;
                return true;
            }
        }

        if (_runCount == MaxRuns)
        {
            return false;
        }

        _runs[(_firstRun + _runCount) % MaxRuns] = new Run { Type = type, Length = length };
        _runCount++;
        return true;
    }

    private struct Run
    {
        public PayloadType Type;
        public int Length;
    }
}
