namespace SessionManagerPlugin.Core.Sessions;

/// <summary>
/// The control keys that came as signals and wait to be sent. Signal handlers add from any thread, the session takes. Bounded: more
/// than a few that were not sent say no more than those few.
/// </summary>
internal sealed class ControlKeys
{
    private const int Capacity = 16;

    private readonly Lock _gate = new();
    private readonly Queue<byte> _keys = new(Capacity);

    public void Add(byte key)
    {
        lock (_gate)
        {
            if (_keys.Count < Capacity)
            {
                _keys.Enqueue(key);
            }
        }
    }

    public bool TryPeek(out byte key)
    {
        lock (_gate)
        {
            return _keys.TryPeek(out key);
        }
    }

    public void RemoveFirst()
    {
        lock (_gate)
        {
            _keys.Dequeue();
        }
    }
}
