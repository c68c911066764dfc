using System.Globalization;

namespace SessionManagerPlugin.Emulator.Faults;

/// <summary>Reads a rate such as <c>20mbit</c> or <c>2MB/s</c>. Pure.</summary>
internal static class Bandwidth
{
    /// <summary>What is known, for errors.</summary>
    internal const string Form = "a rate: a number and one of kbit, mbit, gbit, kB/s, MB/s, GB/s, KiB/s, MiB/s, GiB/s";

    private const double MinBytesPerSecond = 1000;
    private const double MaxBytesPerSecond = 1e12;

    private static readonly (string Name, double Bytes)[] Units =
    [
        ("kbit", 1e3 / 8), ("mbit", 1e6 / 8), ("gbit", 1e9 / 8),
        ("KiB/s", 1 << 10), ("MiB/s", 1 << 20), ("GiB/s", 1 << 30),
        ("kB/s", 1e3), ("MB/s", 1e6), ("GB/s", 1e9),
    ];

    /// <summary>Reads a rate, in bytes per second, of at least a thousand.</summary>
    internal static bool TryParse(string text, out double bytesPerSecond)
    {
        foreach (var (name, bytes) in Units)
        {
            if (text.EndsWith(name, StringComparison.OrdinalIgnoreCase)
                && double.TryParse(text[..^name.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                bytesPerSecond = number * bytes;
                return bytesPerSecond is >= MinBytesPerSecond and <= MaxBytesPerSecond;
            }
        }

        bytesPerSecond = 0;
        return false;
    }
}
