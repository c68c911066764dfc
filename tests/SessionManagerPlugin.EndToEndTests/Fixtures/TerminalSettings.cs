using System.Runtime.InteropServices;

namespace SessionManagerPlugin.EndToEndTests.Fixtures;

/// <summary>A terminal's settings, struct termios, as somebody who opens the terminal sees them.</summary>
internal sealed partial class TerminalSettings : IEquatable<TerminalSettings>
{
    // Room for struct termios, which takes 60 bytes on Linux; the rest stays zero.
    private const int Size = 256;

    private const int OpenReadWrite = 0x2;
    private const int OpenNoControllingTerminal = 0x100;
    private const int OpenCloseOnExec = 0x80000;

    private const int LocalFlagsOffset = 12;
    private const int SignalsFlag = 0x1;
    private const int LinesFlag = 0x2;
    private const int EchoFlag = 0x8;

    private readonly byte[] _bytes;

    private TerminalSettings(byte[] bytes) => _bytes = bytes;

    /// <summary>No lines, no echo, no signals.</summary>
    public bool IsRaw => (MemoryMarshal.Read<int>(_bytes.AsSpan(LocalFlagsOffset)) & (SignalsFlag | LinesFlag | EchoFlag)) == 0;

    public static unsafe TerminalSettings Of(string terminalPath)
    {
        var bytes = new byte[Size];
        WithTerminal(terminalPath, descriptor =>
        {
            fixed (byte* pointer = bytes)
            {
                return GetAttributes(descriptor, pointer);
            }
        });
        return new TerminalSettings(bytes);
    }

    /// <summary>Gives a terminal these settings.</summary>
    public unsafe void ApplyTo(string terminalPath) => WithTerminal(terminalPath, descriptor =>
    {
        fixed (byte* pointer = _bytes)
        {
            return SetAttributes(descriptor, 0, pointer);
        }
    });

    public bool Equals(TerminalSettings? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);

    public override bool Equals(object? obj) => Equals(obj as TerminalSettings);

    public override int GetHashCode() => MemoryMarshal.Read<int>(_bytes.AsSpan(LocalFlagsOffset));

    public override string ToString() => Convert.ToHexString(_bytes.AsSpan(0, 60));

    private static void WithTerminal(string path, Func<int, int> action)
    {
        var descriptor = Open(path, OpenReadWrite | OpenNoControllingTerminal | OpenCloseOnExec);
        Assert.True(descriptor >= 0, $"{path} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        var result = action(descriptor);
        var error = Marshal.GetLastPInvokeErrorMessage();
        _ = Close(descriptor);
        Assert.True(result == 0, $"{path}: {error}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static unsafe partial int GetAttributes(int descriptor, byte* attributes);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static unsafe partial int SetAttributes(int descriptor, int when, byte* attributes);
}
