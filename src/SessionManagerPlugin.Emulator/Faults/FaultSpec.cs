using System.Globalization;

namespace SessionManagerPlugin.Emulator.Faults;

/// <summary>The faults that were asked for: what <c>--faults</c> says.</summary>
internal sealed record FaultSpec
{
    /// <summary>What happens to messages from the client to the agent.</summary>
    internal FaultRates Up { get; init; } = new();

    /// <summary>What happens to messages from the agent to the client.</summary>
    internal FaultRates Down { get; init; } = new();

    /// <summary>How long a connection lives before it is reset; null when it is not.</summary>
    internal TimeSpan? CutEvery { get; init; }

    /// <summary>How many messages, of both directions together, a connection carries before it is reset; null when it is not.</summary>
    internal long? CutAfter { get; init; }

    /// <summary>How long a connection lives before it is closed as the service closes one after an hour; null when it is not.</summary>
    internal TimeSpan? CloseEvery { get; init; }

    /// <summary>How many connections are refused after each reset.</summary>
    internal int Refuse { get; init; }

    /// <summary>How long a connection runs before nothing of it is read or written for a while; null when it always runs.</summary>
    internal TimeSpan? FreezeEvery { get; init; }

    /// <summary>How long it then stands still.</summary>
    internal TimeSpan FreezeFor { get; init; }

    /// <summary>What all decisions follow from; null has one chosen.</summary>
    internal ulong? Seed { get; init; }

    /// <summary>The rates of a direction.</summary>
    internal FaultRates Of(FaultDirection direction) => direction == FaultDirection.Up ? Up : Down;

    /// <summary>The same in the form that <see cref="FaultSpecParser"/> reads.</summary>
    public override string ToString()
    {
        var parts = new List<string>();
        AddBoth("drop", rates => Number(rates.Drop));
        AddBoth("duplicate", rates => Number(rates.Duplicate));
        AddBoth("reorder", rates => Number(rates.Reorder));
        AddBoth("corrupt", rates => Number(rates.Corrupt));
        AddBoth("delay", Delay);
        Add("cut-every", CutEvery is { } cut ? Number(cut.TotalSeconds) : null);
        Add("cut-after", CutAfter?.ToString(CultureInfo.InvariantCulture));
        Add("close-every", CloseEvery is { } close ? Number(close.TotalSeconds) : null);
        Add("refuse", Refuse > 0 ? Number(Refuse) : null);
        Add("freeze-every", FreezeEvery is { } freeze ? $"{Number(freeze.TotalSeconds)}:{Number(FreezeFor.TotalSeconds)}" : null);
        Add("seed", Seed?.ToString(CultureInfo.InvariantCulture));
        return string.Join(',', parts);

        void AddBoth(string name, Func<FaultRates, string> value)
        {
            var (up, down) = (value(Up), value(Down));
            if (up == down)
            {
                Add(name, up);
            }
            else
            {
                Add("up-" + name, up);
                Add("down-" + name, down);
            }
        }

        void Add(string name, string? value)
        {
            if (value is not (null or "0"))
            {
                parts.Add($"{name}={value}");
            }
        }

        static string Delay(FaultRates rates) => rates.MinDelay == rates.MaxDelay
            ? Number(rates.MinDelay.TotalMilliseconds)
            : $"{Number(rates.MinDelay.TotalMilliseconds)}-{Number(rates.MaxDelay.TotalMilliseconds)}";

        // Without an exponent, which the parser does not read.
        static string Number(double value) => ((decimal)value).ToString(CultureInfo.InvariantCulture);
    }
}
