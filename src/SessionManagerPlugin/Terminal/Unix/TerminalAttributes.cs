namespace SessionManagerPlugin.Terminal.Unix;

/// <summary>
/// A terminal's settings, struct termios, as bytes that are not looked into: its fields' sizes and the flags' values differ between
/// systems, and the C library knows them.
/// </summary>
internal sealed class TerminalAttributes
{
    // Larger than struct termios on every system (60 bytes on Linux, 72 on macOS).
    private const int MaxSize = 256;

    private readonly int _descriptor;
    private readonly byte[] _bytes;

    private TerminalAttributes(int descriptor, byte[] bytes)
    {
        _descriptor = descriptor;
        _bytes = bytes;
    }

    /// <summary>c_oflag is the second of four flag words at the front, each of 4 bytes on Linux and 8 on macOS.</summary>
    private static int FlagSize => OperatingSystem.IsLinux() ? 4 : 8;

    /// <summary>The settings of a terminal as they are; null when the descriptor is no terminal.</summary>
    public static unsafe TerminalAttributes? Of(int descriptor)
    {
        var bytes = new byte[MaxSize];
        fixed (byte* pointer = bytes)
        {
            return LibC.GetTerminalAttributes(descriptor, pointer) == 0 ? new TerminalAttributes(descriptor, bytes) : null;
        }
    }

    /// <summary>These settings made raw: no echo, no lines, no signals, no flow control, no translation of input.</summary>
    /// <param name="keepOutput">Leaves the treatment of output as it is.</param>
    public unsafe TerminalAttributes ToRaw(bool keepOutput)
    {
        var raw = (byte[])_bytes.Clone();
        fixed (byte* pointer = raw)
        {
            LibC.MakeRaw(pointer);
        }

        if (keepOutput)
        {
            _bytes.AsSpan(FlagSize, FlagSize).CopyTo(raw.AsSpan(FlagSize));
        }

        return new TerminalAttributes(_descriptor, raw);
    }

    /// <summary>Gives the terminal these settings. A terminal that is gone has none to give.</summary>
    public unsafe void Apply()
    {
        fixed (byte* pointer = _bytes)
        {
            _ = LibC.SetTerminalAttributes(_descriptor, LibC.SetNow, pointer);
        }
    }
}
