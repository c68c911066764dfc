namespace SessionManagerPlugin.Tests.Core.Support;

/// <summary>
/// A clock that stands still until a test moves it on. Timers fire in the order of their due times, on the thread that moves it; a timer
/// that is set to no wait at all fires on the pool at once.
/// </summary>
internal sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(TimeSpan? Wait, TaskCompletionSource Seen)> _watchers = [];
    private readonly List<ManualTimer> _disposed = [];
    private TimeSpan _now = TimeSpan.FromHours(3);
    private long _wallAhead;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return _now.Ticks;
        }
    }

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero).AddTicks(GetTimestamp() + Volatile.Read(ref _wallAhead));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Completes when somebody waits for exactly this long; at once when somebody does.</summary>
    public Task WhenWaitingAsync(TimeSpan wait)
    {
        lock (_gate)
        {
            if (_timers.Exists(timer => timer.Wait == wait))
            {
                return Task.CompletedTask;
            }

            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _watchers.Add((wait, seen));
            return seen.Task;
        }
    }

    /// <summary>Whether somebody is told of the time again and again.</summary>
    public bool HasPeriodicTimer
    {
        get
        {
            lock (_gate)
            {
                return _timers.Exists(timer => timer.Period > TimeSpan.Zero);
            }
        }
    }

    /// <summary>How long it is until the next timer fires; null when there is none.</summary>
    public TimeSpan? UntilNext
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count == 0 ? null : _timers.Min(timer => timer.Due) - _now;
            }
        }
    }

    /// <summary>Whether somebody waits for exactly this long.</summary>
    public bool IsWaiting(TimeSpan wait)
    {
        lock (_gate)
        {
            return _timers.Exists(timer => timer.Wait == wait);
        }
    }

    /// <summary>Completes when somebody waits, however long; at once when somebody does.</summary>
    public Task WhenAnybodyWaitsAsync()
    {
        lock (_gate)
        {
            if (_timers.Count > 0)
            {
                return Task.CompletedTask;
            }

            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _watchers.Add((null, seen));
            return seen.Task;
        }
    }

    /// <summary>Moves the clock on and fires what falls due on the way, each at its time.</summary>
    public void Advance(TimeSpan by)
    {
        TimeSpan end;
        lock (_gate)
        {
            end = _now + by;
        }

        while (NextUntil(end) is { } timer)
        {
            timer.Fire();
        }
    }

    /// <summary>The clock on the wall goes on while the machine sleeps; the one that counts running time stands still.</summary>
    public void JumpWall(TimeSpan by) => Interlocked.Add(ref _wallAhead, by.Ticks);

    /// <summary>The process was stopped: when it goes on, all that fell due meanwhile is due at once.</summary>
    public void AdvanceInOneStep(TimeSpan by)
    {
        lock (_gate)
        {
            _now += by;
        }

        Advance(TimeSpan.Zero);
    }

    /// <summary>
    /// Fires the timers that were disposed before their time: the callback of a real one may just have begun when it is disposed.
    /// </summary>
    public void FireLate()
    {
        Assert.NotEmpty(_disposed);
        foreach (var timer in _disposed)
        {
            timer.Fire();
        }
    }

    private ManualTimer? NextUntil(TimeSpan end)
    {
        lock (_gate)
        {
            var next = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
            _now = next is null ? end : next.Due > _now ? next.Due : _now;
            if (next is not null)
            {
                next.Due += next.Period;
                if (next.Period <= TimeSpan.Zero)
                {
                    _timers.Remove(next);
                }
            }

            return next;
        }
    }

    private bool Set(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        List<TaskCompletionSource> seen;
        lock (_gate)
        {
            _timers.Remove(timer);
            timer.Period = period == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : period;
            timer.Wait = dueTime;
            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                return true;
            }

            timer.Due = _now + dueTime;
            if (dueTime > TimeSpan.Zero || timer.Period > TimeSpan.Zero)
            {
                _timers.Add(timer);
            }

            seen = [.. _watchers.Where(watcher => watcher.Wait is null || watcher.Wait == dueTime).Select(watcher => watcher.Seen)];
            _watchers.RemoveAll(watcher => watcher.Wait is null || watcher.Wait == dueTime);
        }

        if (dueTime == TimeSpan.Zero)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static fired => fired.Fire(), timer, preferLocal: false);
        }

        foreach (var watcher in seen)
        {
            watcher.SetResult();
        }

        return true;
    }

    private void Remove(ManualTimer timer)
    {
        lock (_gate)
        {
            if (_timers.Remove(timer))
            {
                _disposed.Add(timer);
            }
        }
    }

    private sealed class ManualTimer(ManualTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan Due { get; set; }

        public TimeSpan Wait { get; set; }

        public TimeSpan Period { get; set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => owner.Set(this, dueTime, period);

        public void Dispose() => owner.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
