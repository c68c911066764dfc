namespace SessionManagerPlugin.Emulator.Faults;

/// <summary>
/// What becomes of each message of one direction of one connection. Pure: it follows from the seed and the message's number alone, so
/// neither time nor what goes on beside it changes which message is hit.
/// </summary>
internal sealed class FaultPlan
{
    private const int MaxHeldBehind = 3;

    /// <summary>The fractional part of the golden ratio: steps of it spread over all 64-bit numbers (SplitMix64).</summary>
    private const ulong Step = 0x9E3779B97F4A7C15;

    private readonly FaultRates _rates;
    private readonly ulong _key;

    /// <summary>Makes a plan.</summary>
    /// <param name="rates">What happens, and how often.</param>
    /// <param name="seed">What the decisions follow from.</param>
    /// <param name="session">The session's number, in the order in which sessions were started.</param>
    /// <param name="direction">The direction.</param>
    /// <param name="connection">The connection's number within its session.</param>
    internal FaultPlan(FaultRates rates, ulong seed, long session, FaultDirection direction, long connection)
    {
        _rates = rates;
        _key = Mix(Mix(Mix(Mix(seed) + (ulong)session) + (ulong)direction) + (ulong)connection);
    }

    /// <summary>Each decision about a message draws a number of its own.</summary>
    private enum Decision
    {
        Drop,
        Duplicate,
        Reorder,
        HeldBehind,
        Corrupt,
        Corruption,
        Delay,
        Count,
    }

    /// <summary>What becomes of a message.</summary>
    /// <param name="number">The message's number in its direction and connection, from 0.</param>
    internal MessageFate FateOf(long number)
    {
        if (Happens(_rates.Drop, number, Decision.Drop))
        {
            return new MessageFate { IsDropped = true };
        }

        var heldBehind = Happens(_rates.Reorder, number, Decision.Reorder)
            ? 1 + (int)(Draw(number, Decision.HeldBehind) % MaxHeldBehind)
            : 0;
        return new MessageFate
        {
            IsDuplicated = Happens(_rates.Duplicate, number, Decision.Duplicate),
            HeldBehind = heldBehind,
            Corruption = Happens(_rates.Corrupt, number, Decision.Corrupt) ? Draw(number, Decision.Corruption) : null,
            Delay = _rates.MinDelay + ((_rates.MaxDelay - _rates.MinDelay) * Fraction(Draw(number, Decision.Delay))),
        };
    }

    private bool Happens(double rate, long number, Decision decision) => rate > 0 && Fraction(Draw(number, decision)) < rate;

    private ulong Draw(long number, Decision decision) =>
        Mix(_key + (Step * (((ulong)number * (ulong)Decision.Count) + (ulong)decision)));

    /// <summary>A number from 0 up to 1.</summary>
    private static double Fraction(ulong random) => (random >> 11) * (1.0 / (1UL << 53));

    /// <summary>SplitMix64's step and finish: every bit of the input changes half of the output's.</summary>
    private static ulong Mix(ulong value)
    {
        value += Step;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
