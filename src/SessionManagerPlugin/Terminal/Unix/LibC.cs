using System.Runtime.InteropServices;

namespace SessionManagerPlugin.Terminal.Unix;

/// <summary>The C library's calls for terminals and descriptors.</summary>
internal static partial class LibC
{
    public const int StandardInput = 0;
    public const int StandardOutput = 1;
    public const int StandardError = 2;

    public const int SignalInterrupt = 2;
    public const int SignalQuit = 3;

    /// <summary>SIGTSTP, one of the few signals whose number differs.</summary>
    public static readonly int SignalTerminalStop = OperatingSystem.IsLinux() ? 20 : 18;

    public const nint SignalDefault = 0;
    public const nint SignalIgnored = 1;

    public const int OpenReadOnly = 0;
    public const int FileControlGetFlags = 1;
    public const int CloseOnExec = 1;

    public const int ErrorInterrupted = 4;

    /// <summary>EAGAIN.</summary>
    public static readonly int ErrorTryAgain = OperatingSystem.IsLinux() ? 11 : 35;

    public const short PollIn = 0x1;
    public const short PollOut = 0x4;
    public const short PollInvalid = 0x20;

    /// <summary>tcsetattr's "now": what is typed ahead stays, and output that the terminal holds back does not hold us.</summary>
    public const int SetNow = 0;

    private static readonly nuint GetWindowSize = OperatingSystem.IsLinux() ? 0x5413u : 0x4008_7468u;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "isatty")]
    public static partial int IsTerminal(int descriptor);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static unsafe partial nint Read(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static unsafe partial nint Write(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static unsafe partial int Poll(PollDescriptor* descriptors, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "pipe", SetLastError = true)]
    public static unsafe partial int Pipe(int* descriptors);

    [LibraryImport("libc", EntryPoint = "signal", SetLastError = true)]
    public static partial nint Signal(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    public static unsafe partial int GetTerminalAttributes(int descriptor, byte* attributes);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    public static unsafe partial int SetTerminalAttributes(int descriptor, int when, byte* attributes);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    public static unsafe partial void MakeRaw(byte* attributes);

    /// <summary>A terminal's size; false when the descriptor is no terminal.</summary>
    public static unsafe bool TryGetWindowSize(int descriptor, out WindowSize size)
    {
        size = default;
        fixed (WindowSize* pointer = &size)
        {
            // ioctl takes its last argument as a variadic one, which Apple's arm64 passes on the stack: eight registers come first.
            var result = OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64
                ? IoctlOnStack(descriptor, GetWindowSize, 0, 0, 0, 0, 0, 0, pointer)
                : Ioctl(descriptor, GetWindowSize, pointer);
            return result == 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static unsafe partial int Ioctl(int descriptor, nuint request, WindowSize* size);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static unsafe partial int IoctlOnStack(
        int descriptor, nuint request, nint x2, nint x3, nint x4, nint x5, nint x6, nint x7, WindowSize* size);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>struct winsize.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort PixelWidth;
        public ushort PixelHeight;
    }
}
