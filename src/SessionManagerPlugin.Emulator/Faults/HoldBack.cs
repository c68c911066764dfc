namespace SessionManagerPlugin.Emulator.Faults;

/// <summary>Holds messages back behind those that follow, and loses none. Pure. Not thread-safe.</summary>
/// <typeparam name="T">A message.</typeparam>
/// <remarks>Each message that comes brings those that are held nearer to their release, so no more than a few are held at a time.</remarks>
internal sealed class HoldBack<T>
{
    private readonly List<(T Message, int Behind)> _held = [];

    /// <summary>Whether any message is held.</summary>
    internal bool IsEmpty => _held.Count == 0;

    /// <summary>A message comes.</summary>
    /// <param name="message">The message.</param>
    /// <param name="behind">Behind how many of the next ones it is held; 0 lets it pass.</param>
    /// <param name="passed">Gets what goes on now, in order.</param>
    internal void Add(T message, int behind, ICollection<T> passed)
    {
        if (behind == 0)
        {
            passed.Add(message);
        }

        var kept = 0;
        for (var i = 0; i < _held.Count; i++)
        {
            var (held, left) = _held[i];
            if (left == 1)
            {
                passed.Add(held);
            }
            else
            {
                _held[kept++] = (held, left - 1);
            }
        }

        _held.RemoveRange(kept, _held.Count - kept);
        if (behind > 0)
        {
            _held.Add((message, behind));
        }
    }

    /// <summary>Nothing follows: what is held goes on.</summary>
    /// <param name="passed">Gets it.</param>
    internal void Release(ICollection<T> passed)
    {
        foreach (var (message, _) in _held)
        {
            passed.Add(message);
        }

        _held.Clear();
    }
}
