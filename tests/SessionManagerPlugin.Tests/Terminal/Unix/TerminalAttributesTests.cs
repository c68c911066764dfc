using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using SessionManagerPlugin.Terminal.Unix;

namespace SessionManagerPlugin.Tests.Terminal.Unix;

[UnsupportedOSPlatform("windows")]
public sealed class TerminalAttributesTests : IDisposable
{
    // c_iflag, c_oflag and c_lflag of Linux, and the flags in them that these tests look at.
    private const int InputFlags = 0;
    private const int OutputFlags = 4;
    private const int LocalFlags = 12;
    private const uint CarriageReturnToLineFeed = 0x100;
    private const uint StartAndStop = 0x400;
    private const uint ProcessOutput = 0x1;
    private const uint Signals = 0x1;
    private const uint Lines = 0x2;
    private const uint Echo = 0x8;

    private readonly int _master;
    private readonly int _terminal;

    public TerminalAttributesTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the flags are Linux's");
        Assert.Equal(0, OpenPty(out _master, out _terminal, 0, 0, 0));
    }

    public void Dispose()
    {
        _ = Close(_terminal);
        _ = Close(_master);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_raw_terminal_passes_every_key_on_and_is_restored_bit_for_bit(bool keepOutput)
    {
        var before = Flags();
        Assert.Equal(Echo | Lines | Signals, Flag(LocalFlags, Echo | Lines | Signals));
        using (var raw = new RawMode(TerminalAttributes.Of(_terminal)!, keepOutput))
        {
            Assert.Equal(0u, Flag(LocalFlags, Echo | Lines | Signals));
            Assert.Equal(0u, Flag(InputFlags, StartAndStop | CarriageReturnToLineFeed));
            Assert.Equal(keepOutput ? ProcessOutput : 0, Flag(OutputFlags, ProcessOutput));
        }

        Assert.Equal(before, Flags());
    }

    [Fact]
    public void A_process_that_was_stopped_makes_the_terminal_raw_again_but_not_after_the_session()
    {
        var before = TerminalAttributes.Of(_terminal)!;
        var raw = new RawMode(before, keepOutput: false);
        before.Apply();
        raw.Reapply();
        Assert.Equal(0u, Flag(LocalFlags, Echo));

        raw.Dispose();
        raw.Reapply();
        raw.Dispose();
        Assert.Equal(Echo, Flag(LocalFlags, Echo));
    }

    [Fact]
    public void What_is_no_terminal_has_no_settings()
    {
        using var file = new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.Read, FileShare.None, 1, FileOptions.DeleteOnClose);
        Assert.Null(TerminalAttributes.Of(file.SafeFileHandle.DangerousGetHandle().ToInt32()));
    }

    private uint Flag(int offset, uint mask) => BitConverter.ToUInt32(Flags(), offset) & mask;

    private unsafe byte[] Flags()
    {
        var bytes = new byte[256];
        fixed (byte* pointer = bytes)
        {
            Assert.Equal(0, LibC.GetTerminalAttributes(_terminal, pointer));
        }

        return bytes;
    }

    [DllImport("libc", EntryPoint = "openpty")]
    private static extern int OpenPty(out int master, out int terminal, nint name, nint attributes, nint size);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
}
