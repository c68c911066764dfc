using System.Diagnostics.CodeAnalysis;

namespace SessionManagerPlugin.Protocol.Reliability;

/// <summary>
/// Puts received stream messages in order. Pure: no I/O, no clock. It is bounded in messages and in bytes.
/// </summary>
/// <typeparam name="TMessage">
/// What the caller keeps of a message that came early. The buffer owns it from <see cref="Add"/> that returned
/// <see cref="ReorderDecision.Buffered"/> until <see cref="Advance"/> hands it back.
/// </typeparam>
/// <remarks>Not thread-safe: the receiving task owns it.</remarks>
public sealed class ReorderBuffer<TMessage>
{
    private readonly Dictionary<long, (TMessage Message, int Size)> _early = [];
    private readonly int _maxMessages;
    private readonly long _maxBytes;
    private long _bytes;

    /// <summary>A buffer that expects sequence number 0.</summary>
    /// <param name="maxMessages">The most early messages that are kept.</param>
    /// <param name="maxBytes">The most bytes of early messages that are kept.</param>
    public ReorderBuffer(int maxMessages, long maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxMessages);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        _maxMessages = maxMessages;
        _maxBytes = maxBytes;
    }

    /// <summary>The sequence number that is next in order.</summary>
    public long Expected { get; private set; }

    /// <summary>How many early messages are kept.</summary>
    public int Count => _early.Count;

    /// <summary>What would become of a message; nothing is changed. The caller copies a message only when it is to be kept.</summary>
    /// <param name="sequenceNumber">Any number; a negative one is a duplicate.</param>
    /// <param name="size">The bytes that keeping it takes.</param>
    public ReorderDecision Decide(long sequenceNumber, int size)
    {
        if (sequenceNumber == Expected)
        {
            return ReorderDecision.Deliver;
        }

        if (sequenceNumber < Expected || _early.ContainsKey(sequenceNumber))
        {
            return ReorderDecision.Duplicate;
        }

        // A number further ahead than the buffer has places cannot be filled up to, so it is not kept: an attacker's far-off number
        // would hold a place for ever.
        var isInReach = sequenceNumber - Expected <= _maxMessages;
        return isInReach && _early.Count < _maxMessages && _bytes + size <= _maxBytes
            ? ReorderDecision.Buffered
            : ReorderDecision.NoRoom;
    }

    /// <summary>Keeps an early message, for which <see cref="Decide"/> has just said <see cref="ReorderDecision.Buffered"/>.</summary>
    /// <exception cref="InvalidOperationException">The decision is another.</exception>
    public void Add(long sequenceNumber, TMessage message, int size)
    {
        if (Decide(sequenceNumber, size) != ReorderDecision.Buffered)
        {
            throw new InvalidOperationException($"Message {sequenceNumber} is not one to be kept.");
        }

        _early.Add(sequenceNumber, (message, size));
        _bytes += size;
    }

    /// <summary>
    /// The expected message was processed: the next one is expected. Gives the message that was kept for the place, if there was one: it
    /// is the caller's again.
    /// </summary>
    public TMessage? Advance()
    {
        if (!_early.Remove(Expected++, out var kept))
        {
            return default;
        }

        _bytes -= kept.Size;
        return kept.Message;
    }

    /// <summary>
    /// Shows the expected message, when it came early. The buffer keeps it until the caller has processed it and calls
    /// <see cref="Advance"/>: it was acknowledged, so it may not be lost half-way.
    /// </summary>
    public bool TryPeekNext([MaybeNullWhen(false)] out TMessage message)
    {
        var isThere = _early.TryGetValue(Expected, out var kept);
        message = kept.Message;
        return isThere;
    }
}
