using System.Text;
using Microsoft.Win32.SafeHandles;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Emulator.Pty;

/// <summary>The master of a pseudo-terminal: what is written here is typed there, and what is printed there is read here.</summary>
internal sealed unsafe class PseudoTerminal : IDisposable
{
    private readonly DescriptorPoller _poller;
    private readonly AsyncDescriptor _master;

    private PseudoTerminal(SafeFileHandle master, string terminalPath)
    {
        TerminalPath = terminalPath;
        _poller = new DescriptorPoller(terminalPath);
        _master = new AsyncDescriptor(master, _poller);
    }

    /// <summary>The path of the terminal, such as <c>/dev/pts/3</c>.</summary>
    internal string TerminalPath { get; }

    /// <summary>Opens a new pseudo-terminal.</summary>
    /// <exception cref="IOException">The system gives none.</exception>
    internal static PseudoTerminal Open()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("Pseudo-terminals are made on Linux only.");
        }

        var descriptor = LibC.PosixOpenTerminal(LibC.OpenReadWrite | LibC.OpenNoControllingTerminal | LibC.OpenCloseOnExec);
        if (descriptor < 0)
        {
            throw LibC.LastError("posix_openpt");
        }

        var master = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            const int MaxPath = 128;
            var path = stackalloc byte[MaxPath];
            if (LibC.GrantTerminal(master) != 0 || LibC.UnlockTerminal(master) != 0 || LibC.TerminalName(master, path, MaxPath) != 0)
            {
                throw LibC.LastError("grantpt, unlockpt or ptsname_r");
            }

            var text = new ReadOnlySpan<byte>(path, MaxPath);
            return new PseudoTerminal(master, Encoding.UTF8.GetString(text[..text.IndexOf((byte)0)]));
        }
        catch
        {
            master.Dispose();
            throw;
        }
    }

    /// <summary>Reads what was printed, at least one byte; 0 when nobody has the terminal open any more.</summary>
    internal ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        _master.ReadAsync(buffer, cancellationToken);

    /// <summary>Types bytes. Waits while the terminal's input is full.</summary>
    internal ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        _master.WriteAsync(bytes, cancellationToken);

    /// <summary>Sets the size; the foreground processes get SIGWINCH when it is another.</summary>
    internal void Resize(TerminalSize size)
    {
        var window = new LibC.WindowSize { Columns = Clamp(size.Columns), Rows = Clamp(size.Rows) };
        if (LibC.Control(_master.Handle, LibC.SetWindowSize, &window) != 0)
        {
            throw LibC.LastError("ioctl TIOCSWINSZ");
        }
    }

    /// <summary>The size.</summary>
    internal TerminalSize GetSize()
    {
        LibC.WindowSize window;
        return LibC.Control(_master.Handle, LibC.GetWindowSize, &window) == 0
            ? new TerminalSize(window.Columns, window.Rows)
            : throw LibC.LastError("ioctl TIOCGWINSZ");
    }

    /// <summary>Closes the master: the terminal hangs up, and its session gets SIGHUP.</summary>
    public void Dispose()
    {
        _master.Dispose();
        _poller.Dispose();
    }

    private static ushort Clamp(uint value) => (ushort)Math.Min(value, ushort.MaxValue);
}
