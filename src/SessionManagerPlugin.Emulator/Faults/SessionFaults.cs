using Microsoft.Extensions.Logging;

namespace SessionManagerPlugin.Emulator.Faults;

/// <summary>The faults and the network of one session: makes those of its connections, and says which are refused.</summary>
internal sealed class SessionFaults
{
    private readonly string _sessionId;
    private readonly FaultSpec _spec;
    private readonly NetworkShape _network;
    private readonly long _number;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly FaultCounters _counters = new();
    private readonly Lock _gate = new();
    private long _connections;
    private int _toRefuse;
    private int _refused;

    /// <summary>Makes the faults of a session.</summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="number">Its number, in the order in which sessions were started.</param>
    /// <param name="options">What happens.</param>
    /// <param name="time">The time.</param>
    /// <param name="logger">The log.</param>
    internal SessionFaults(string sessionId, long number, EmulatorOptions options, TimeProvider time, ILogger logger)
    {
        _sessionId = sessionId;
        _number = number;
        _spec = options.Faults ?? new FaultSpec();
        _network = options.Network;
        _time = time;
        _logger = logger;
    }

    /// <summary>Whether its connections carry only so much.</summary>
    internal bool IsBandwidthLimited => _network.BytesPerSecond is not null;

    /// <summary>How often each fault has happened.</summary>
    internal FaultCounters Counters => _counters;

    /// <summary>Makes the faults of the session's next connection. The caller disposes of them.</summary>
    internal ConnectionFaults Connect()
    {
        var number = Interlocked.Increment(ref _connections) - 1;
        return new ConnectionFaults(_spec, Line(FaultDirection.Up), Line(FaultDirection.Down), _counters, OnFault, _time);

        ImpairedLine? Line(FaultDirection direction)
        {
            var rates = _spec.Of(direction);
            if (!rates.IsAny && !_network.IsAny)
            {
                return null;
            }

            var plan = rates.IsAny ? new FaultPlan(rates, _spec.Seed ?? 0, _number, direction, number) : null;
            return new ImpairedLine(plan, new LineSchedule(_network.RoundTrip / 2, _network.BytesPerSecond), _counters, _time);
        }
    }

    /// <summary>Whether a connection that comes now is refused, and how.</summary>
    internal Refusal TryRefuse()
    {
        Refusal refusal;
        lock (_gate)
        {
            if (_toRefuse == 0)
            {
                return Refusal.None;
            }

            _toRefuse--;
            refusal = _refused++ % 2 == 0 ? Refusal.HangUp : Refusal.Unavailable;
        }

        OnFault(Fault.Refused);
        return refusal;
    }

    /// <summary>Writes down what has happened.</summary>
    internal void LogCounters()
    {
        if (_spec != new FaultSpec { Seed = _spec.Seed })
        {
            _logger.FaultsCounted(_sessionId, _counters);
        }
    }

    private void OnFault(Fault fault)
    {
        if (fault == Fault.Cuts)
        {
            lock (_gate)
            {
                _toRefuse = _spec.Refuse;
            }
        }

        _counters.Add(fault);
        _logger.FaultHappened(_sessionId, fault);
    }
}
