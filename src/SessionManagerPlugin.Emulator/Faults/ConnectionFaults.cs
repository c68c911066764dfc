namespace SessionManagerPlugin.Emulator.Faults;

/// <summary>The faults and the network of one connection.</summary>
internal sealed class ConnectionFaults : IDisposable
{
    private readonly FaultSpec _spec;
    private readonly TimeProvider _time;
    private readonly FaultCounters _counters;
    private readonly Action<Fault> _onFault;
    private readonly Lock _gate = new();
    private readonly List<ITimer> _timers = [];
    private long _messages;
    private bool _isFrozen;
    private bool _isDisposed;
    private IFaultyConnection? _connection;
    private ITimer? _freezeTimer;

    /// <summary>Makes the faults of a connection, which begin with <see cref="Start"/>.</summary>
    /// <param name="spec">What happens.</param>
    /// <param name="up">The way from the client; null when it is as short as it can be.</param>
    /// <param name="down">The way to the client, likewise.</param>
    /// <param name="counters">Counts the messages.</param>
    /// <param name="onFault">Called when something happens to the connection.</param>
    /// <param name="time">The time.</param>
    internal ConnectionFaults(
        FaultSpec spec,
        ImpairedLine? up,
        ImpairedLine? down,
        FaultCounters counters,
        Action<Fault> onFault,
        TimeProvider time)
    {
        _spec = spec;
        _time = time;
        _counters = counters;
        _onFault = onFault;
        Up = up;
        Down = down;
    }

    /// <summary>The way from the client; null when it is as short as it can be.</summary>
    internal ImpairedLine? Up { get; }

    /// <summary>The way to the client; null when it is as short as it can be.</summary>
    internal ImpairedLine? Down { get; }

    /// <summary>Starts what happens by the clock.</summary>
    internal void Start(IFaultyConnection connection)
    {
        lock (_gate)
        {
            _connection = connection;
            Schedule(_spec.CutEvery, Cut);
            Schedule(_spec.CloseEvery, Close);
            _freezeTimer = Schedule(_spec.FreezeEvery, ToggleFreeze);
        }
    }

    /// <summary>A message of either direction came by.</summary>
    internal void CountMessage()
    {
        _counters.Add(Fault.Messages);
        if (_spec.CutAfter is { } limit && Interlocked.Increment(ref _messages) == limit)
        {
            Cut();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _timers.ForEach(timer => timer.Dispose());
        }

        Up?.Dispose();
        Down?.Dispose();
    }

    private ITimer? Schedule(TimeSpan? after, Action happen)
    {
        if (after is not { } time)
        {
            return null;
        }

        var timer = _time.CreateTimer(static action => ((Action)action!)(), happen, time, Timeout.InfiniteTimeSpan);
        _timers.Add(timer);
        return timer;
    }

    private void Cut()
    {
        if (IsLive())
        {
            _onFault(Fault.Cuts);
            _connection!.Cut();
        }
    }

    private void Close()
    {
        if (IsLive())
        {
            _onFault(Fault.Closes);
            _connection!.SayBye();
        }
    }

    private void ToggleFreeze()
    {
        bool isFrozen;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            isFrozen = _isFrozen = !_isFrozen;
            _freezeTimer!.Change(isFrozen ? _spec.FreezeFor : _spec.FreezeEvery!.Value, Timeout.InfiniteTimeSpan);
        }

        if (isFrozen)
        {
            _onFault(Fault.Freezes);
            _connection!.Freeze();
        }
        else
        {
            _connection!.Thaw();
        }
    }

    private bool IsLive()
    {
        lock (_gate)
        {
            return !_isDisposed;
        }
    }
}
