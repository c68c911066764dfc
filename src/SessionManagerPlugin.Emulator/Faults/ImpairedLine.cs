using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace SessionManagerPlugin.Emulator.Faults;

/// <summary>
/// One direction of a connection with its faults and its network: messages enter at one end and are read at the other when they have
/// arrived. One task enters, one reads.
/// </summary>
/// <remarks>
/// <code>
///   EnterAsync -> fate: dropped, twice, changed -> held back -> due time -> queue -> TryRead, all that are due
/// </code>
/// It is bounded: who enters waits while the queue has 64 MiB, and while the wire is taken for longer than a router would keep a message.
/// </remarks>
internal sealed class ImpairedLine : ChannelReader<ReadOnlyMemory<byte>>, IDisposable
{
    private const int MaxQueuedBytes = 64 * 1024 * 1024;

    private static readonly TimeSpan MaxWireBacklog = TimeSpan.FromMilliseconds(100);

    /// <summary>Who waited for the wire goes on from here, so that not every message waits.</summary>
    private static readonly TimeSpan LowWireBacklog = TimeSpan.FromMilliseconds(75);

    /// <summary>How long nothing follows until what is held back goes on.</summary>
    private static readonly TimeSpan HoldLimit = TimeSpan.FromMilliseconds(50);

    /// <summary>What timers count in.</summary>
    private static readonly TimeSpan TimerStep = TimeSpan.FromMilliseconds(1);

    private readonly FaultPlan? _plan;
    private readonly LineSchedule _schedule;
    private readonly FaultCounters _counters;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly ITimer _timer;

    private readonly Lock _gate = new();
    private readonly HoldBack<Item> _held = new();
    private readonly List<Item> _passed = [];
    private readonly Queue<(ReadOnlyMemory<byte> Message, TimeSpan Due)> _queue = new();
    private long _queuedBytes;
    private long _count;
    private TimeSpan _lastEntered;
    private bool _isComplete;
    private TimeSpan? _timerDue;
    private TaskCompletionSource<bool>? _readable;
    private TaskCompletionSource? _room;

    /// <summary>Makes a line.</summary>
    /// <param name="plan">Decides about each message; null leaves them alone.</param>
    /// <param name="schedule">When each arrives.</param>
    /// <param name="counters">Counts what happens.</param>
    /// <param name="time">The time.</param>
    internal ImpairedLine(FaultPlan? plan, LineSchedule schedule, FaultCounters counters, TimeProvider time)
    {
        _plan = plan;
        _schedule = schedule;
        _counters = counters;
        _time = time;
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(
            static line => ((ImpairedLine)line!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>A message enters. Waits while there is no room.</summary>
    /// <param name="message">The message, which nobody changes any more.</param>
    /// <param name="isExempt">Whether it only takes its time and has no other fate.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    internal async ValueTask EnterAsync(ReadOnlyMemory<byte> message, bool isExempt, CancellationToken cancellationToken)
    {
        while (!TryEnter(message, isExempt, out var room))
        {
            await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        TimeSpan backlog;
        lock (_gate)
        {
            backlog = _schedule.Backlog(Now);
        }

        if (backlog > MaxWireBacklog)
        {
            await Task.Delay(RoundUp(backlog - LowWireBacklog), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Nothing enters any more: what is on its way arrives.</summary>
    internal void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            ReleaseHeld(Now);
            WakeReader();
        }
    }

    /// <inheritdoc/>
    public override bool TryRead([MaybeNullWhen(false)] out ReadOnlyMemory<byte> item)
    {
        TaskCompletionSource? room = null;
        lock (_gate)
        {
            if (!_queue.TryPeek(out var next) || next.Due > Now)
            {
                item = default;
                return false;
            }

            _queue.Dequeue();
            item = next.Message;
            _queuedBytes -= item.Length;
            if (_queuedBytes < MaxQueuedBytes)
            {
                (room, _room) = (_room, null);
            }
        }

        room?.SetResult();
        return true;
    }

    /// <inheritdoc/>
    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        Task<bool> readable;
        lock (_gate)
        {
            if (FindReadable(Now) is { } answer)
            {
                return ValueTask.FromResult(answer);
            }

            readable = (_readable ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        return new ValueTask<bool>(readable.WaitAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <summary>Takes a message; else says what to wait for.</summary>
    private bool TryEnter(ReadOnlyMemory<byte> message, bool isExempt, [NotNullWhen(false)] out Task? room)
    {
        lock (_gate)
        {
            if (_queuedBytes >= MaxQueuedBytes)
            {
                room = (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                return false;
            }

            var now = Now;
            if (isExempt)
            {
                // It is the last: nothing may come behind it that was sent before.
                ReleaseHeld(now);
                Schedule(new Item(message, TimeSpan.Zero, Copies: 1), now);
            }
            else
            {
                Enter(message, _plan?.FateOf(_count++) ?? default, now);
            }

            WakeReader();
            room = null;
            return true;
        }
    }

    private void Enter(ReadOnlyMemory<byte> message, MessageFate fate, TimeSpan now)
    {
        if (fate.IsDropped)
        {
            _counters.Add(Fault.Dropped);
            return;
        }

        if (fate.Corruption is { } corruption && TryCorrupt(ref message, corruption))
        {
            _counters.Add(Fault.Corrupted);
        }

        if (fate.IsDuplicated)
        {
            _counters.Add(Fault.Duplicated);
        }

        if (fate.HeldBehind > 0)
        {
            _counters.Add(Fault.Reordered);
        }

        _lastEntered = now;
        _held.Add(new Item(message, fate.Delay, fate.IsDuplicated ? 2 : 1), fate.HeldBehind, _passed);
        SchedulePassed(now);
    }

    private void ReleaseHeld(TimeSpan now)
    {
        _held.Release(_passed);
        SchedulePassed(now);
    }

    private void SchedulePassed(TimeSpan now)
    {
        foreach (var item in _passed)
        {
            Schedule(item, now);
        }

        _passed.Clear();
    }

    private void Schedule(Item item, TimeSpan now)
    {
        for (var i = 0; i < item.Copies; i++)
        {
            _queue.Enqueue((item.Message, _schedule.Send(item.Message.Length, item.Delay, now)));
            _queuedBytes += item.Message.Length;
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _timerDue = null;
            WakeReader();
        }
    }

    /// <summary>Tells the reader when there is something for it to do; else the timer will. Called within the gate.</summary>
    private void WakeReader()
    {
        if (_readable is { } readable && FindReadable(Now) is { } answer)
        {
            _readable = null;
            readable.SetResult(answer);
        }
    }

    /// <summary>Whether a message has arrived; false when none ever will; null when one may later. Called within the gate.</summary>
    private bool? FindReadable(TimeSpan now)
    {
        if (!_held.IsEmpty && now - _lastEntered >= HoldLimit)
        {
            ReleaseHeld(now);
        }

        TimeSpan? wake = _held.IsEmpty ? null : _lastEntered + HoldLimit;
        if (_queue.TryPeek(out var next))
        {
            if (next.Due <= now)
            {
                return true;
            }

            wake = wake < next.Due ? wake : next.Due;
        }
        else if (_isComplete)
        {
            return false;
        }

        if (wake is { } at && !(_timerDue <= at))
        {
            _timerDue = at;
            _timer.Change(RoundUp(at - now), Timeout.InfiniteTimeSpan);
        }

        return null;
    }

    /// <summary>Timers round down, and one that fires too early would be set again and again.</summary>
    private static TimeSpan RoundUp(TimeSpan time) => TimerStep * Math.Ceiling(time / TimerStep);

    /// <summary>Changes a byte of a message's payload, in a copy; a message without a payload stays as it is.</summary>
    private static bool TryCorrupt(ref ReadOnlyMemory<byte> message, ulong corruption)
    {
        var payload = message.Length < sizeof(uint) ? 0 : BinaryPrimitives.ReadUInt32BigEndian(message.Span) + sizeof(uint);
        if (payload == 0 || payload >= message.Length)
        {
            return false;
        }

        var copy = message.ToArray();
        var length = (ulong)copy.Length - payload;
        var flipped = (byte)(1 + ((corruption >> 32) % byte.MaxValue));
        copy[(int)(payload + (corruption % length))] ^= flipped;
        message = copy;
        return true;
    }

    private readonly record struct Item(ReadOnlyMemory<byte> Message, TimeSpan Delay, int Copies);
}
