using System.Runtime.InteropServices;

namespace SessionManagerPlugin.Terminal.Windows;

/// <summary>The Windows calls for consoles.</summary>
internal static partial class Kernel32
{
    public const int StandardInput = -10;
    public const int StandardOutput = -11;

    /// <summary>ENABLE_PROCESSED_INPUT | ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT: what a raw console has off.</summary>
    public const uint CookedInput = 0x0001 | 0x0002 | 0x0004;

    /// <summary>ENABLE_VIRTUAL_TERMINAL_INPUT: keys come as escape sequences.</summary>
    public const uint VirtualTerminalInput = 0x0200;

    /// <summary>ENABLE_PROCESSED_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING: escape sequences are obeyed.</summary>
    public const uint VirtualTerminalOutput = 0x0001 | 0x0004;

    /// <summary>DISABLE_NEWLINE_AUTO_RETURN: a line feed is only a line feed.</summary>
    public const uint NoNewLineReturn = 0x0008;

    public const uint Utf8CodePage = 65001;

    [LibraryImport("kernel32", SetLastError = true)]
    public static partial nint GetStdHandle(int which);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetConsoleMode(nint console, out uint mode);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetConsoleMode(nint console, uint mode);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetConsoleOutputCP(uint codePage);

    [LibraryImport("kernel32", EntryPoint = "ReadConsoleW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static unsafe partial bool ReadConsole(nint console, char* buffer, uint count, out uint read, nint control);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetConsoleScreenBufferInfo(nint console, out ScreenBufferInfo info);

    /// <summary>CONSOLE_SCREEN_BUFFER_INFO.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ScreenBufferInfo
    {
        public short BufferColumns;
        public short BufferRows;
        public short CursorColumn;
        public short CursorRow;
        public ushort Attributes;
        public short WindowLeft;
        public short WindowTop;
        public short WindowRight;
        public short WindowBottom;
        public short LargestColumns;
        public short LargestRows;
    }
}
