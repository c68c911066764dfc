using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace SessionManagerPlugin.Emulator.Faults;

/// <summary>Reads what <c>--faults</c> says. Pure.</summary>
internal static class FaultSpecParser
{
    private const int MaxRefuse = 1_000_000;

    private static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxTime = TimeSpan.FromDays(1);

    /// <summary>The names, each with the form of its value.</summary>
    private static readonly Dictionary<string, Part> Parts = new(StringComparer.Ordinal)
    {
        ["drop"] = Rate((rates, value) => rates with { Drop = value }),
        ["duplicate"] = Rate((rates, value) => rates with { Duplicate = value }),
        ["reorder"] = Rate((rates, value) => rates with { Reorder = value }),
        ["corrupt"] = Rate((rates, value) => rates with { Corrupt = value }),
        ["delay"] = new("milliseconds up to a minute, as MS or MIN-MAX", ReadDelay) { HasDirection = true },
        ["cut-every"] = Seconds((spec, value) => spec with { CutEvery = value }),
        ["cut-after"] = new(
            "a number of messages",
            (text, spec, _) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
                ? spec with { CutAfter = count }
                : null),
        ["close-every"] = Seconds((spec, value) => spec with { CloseEvery = value }),
        ["refuse"] = new(
            "a number of connections",
            (text, spec, _) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MaxRefuse
                ? spec with { Refuse = count }
                : null),
        ["freeze-every"] = new("seconds as EVERY:FOR", ReadFreeze),
        ["seed"] = new(
            "a number",
            (text, spec, _) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
                ? spec with { Seed = seed }
                : null),
    };

    /// <summary>Reads one part's value into a spec; null when it is not of the part's form.</summary>
    private delegate FaultSpec? ReadValue(string text, FaultSpec spec, FaultDirection? direction);

    /// <summary>The names that are known, for help and errors.</summary>
    internal static string KnownNames { get; } = string.Join(", ", Parts.Select(part => part.Value.HasDirection ? $"[up-|down-]{part.Key}" : part.Key));

    /// <summary>Reads a text such as <c>drop=0.02,up-delay=5-20,cut-every=1,seed=42</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="spec">What it says.</param>
    /// <param name="error">Which part is wrong, and what is known.</param>
    internal static bool TryParse(string text, [NotNullWhen(true)] out FaultSpec? spec, [NotNullWhen(false)] out string? error)
    {
        spec = new FaultSpec();
        error = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);

        // What is said of one direction counts against what is said of both, in whatever order they stand.
        foreach (var entry in text.Split(',').OrderBy(part => IsDirected(part, out _, out _)))
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            var fullName = equals < 0 ? entry : entry[..equals];
            IsDirected(fullName, out var name, out var direction);
            if (!Parts.TryGetValue(name, out var part) || (direction is not null && !part.HasDirection))
            {
                error = $"'{fullName}' is not the name of a fault; known are {KnownNames}";
            }
            else if (!seen.Add(fullName))
            {
                error = $"'{fullName}' is given twice";
            }
            else if (equals < 0 || part.Read(entry[(equals + 1)..], spec, direction) is not { } read)
            {
                error = $"'{entry}' is wrong: {fullName} takes {part.Form}; known are {KnownNames}";
            }
            else
            {
                spec = read;
                continue;
            }

            spec = null;
            return false;
        }

        return true;
    }

    private static bool IsDirected(string text, out string name, out FaultDirection? direction)
    {
        (name, direction) = text.StartsWith("up-", StringComparison.Ordinal) ? (text["up-".Length..], FaultDirection.Up)
            : text.StartsWith("down-", StringComparison.Ordinal) ? (text["down-".Length..], FaultDirection.Down)
            : (text, (FaultDirection?)null);
        return direction is not null;
    }

    private static Part Rate(Func<FaultRates, double, FaultRates> with) => new(
        "a probability from 0 to 1",
        (text, spec, direction) => TryReadNumber(text, 1, out var rate) ? WithRates(spec, direction, rates => with(rates, rate)) : null)
    {
        HasDirection = true,
    };

    private static Part Seconds(Func<FaultSpec, TimeSpan, FaultSpec> with) => new(
        "seconds",
        (text, spec, _) => TryReadSeconds(text, out var time) ? with(spec, time) : null);

    private static FaultSpec? ReadDelay(string text, FaultSpec spec, FaultDirection? direction)
    {
        var ends = text.Split('-');
        return ends.Length <= 2
            && TryReadNumber(ends[0], MaxDelay.TotalMilliseconds, out var min)
            && TryReadNumber(ends[^1], MaxDelay.TotalMilliseconds, out var max)
            && min <= max
                ? WithRates(spec, direction, rates => rates with
                {
                    MinDelay = TimeSpan.FromMilliseconds(min),
                    MaxDelay = TimeSpan.FromMilliseconds(max),
                })
                : null;
    }

    private static FaultSpec? ReadFreeze(string text, FaultSpec spec, FaultDirection? direction) =>
        text.Split(':') is [var every, var duration] && TryReadSeconds(every, out var interval) && TryReadSeconds(duration, out var time)
            ? spec with { FreezeEvery = interval, FreezeFor = time }
            : null;

    private static FaultSpec WithRates(FaultSpec spec, FaultDirection? direction, Func<FaultRates, FaultRates> with) => spec with
    {
        Up = direction == FaultDirection.Down ? spec.Up : with(spec.Up),
        Down = direction == FaultDirection.Up ? spec.Down : with(spec.Down),
    };

    private static bool TryReadSeconds(string text, out TimeSpan time)
    {
        var isRead = TryReadNumber(text, MaxTime.TotalSeconds, out var seconds) && seconds >= 0.001;
        time = isRead ? TimeSpan.FromSeconds(seconds) : default;
        return isRead;
    }

    private static bool TryReadNumber(string text, double max, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value <= max;

    /// <summary>A part of the text.</summary>
    /// <param name="Form">What its value is, for errors.</param>
    /// <param name="Read">Reads its value.</param>
    private sealed record Part(string Form, ReadValue Read)
    {
        /// <summary>Whether it can be said of one direction only.</summary>
        internal bool HasDirection { get; init; }
    }
}
