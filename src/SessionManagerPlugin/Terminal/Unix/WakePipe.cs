using System.Runtime.InteropServices;

namespace SessionManagerPlugin.Terminal.Unix;

/// <summary>A pipe whose only use is to end a poll: once woken, it stays readable.</summary>
internal sealed class WakePipe
{
    private readonly int _writeEnd;

    public unsafe WakePipe()
    {
        var ends = stackalloc int[2];
        if (LibC.Pipe(ends) != 0)
        {
            throw new IOException(
                $"No pipe can be made: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }

        ReadEnd = ends[0];
        _writeEnd = ends[1];
    }

    /// <summary>The descriptor to poll for input.</summary>
    public int ReadEnd { get; }

    /// <summary>Ends the poll that is under way, and every later one.</summary>
    public unsafe void Wake()
    {
        byte any = 0;
        _ = LibC.Write(_writeEnd, &any, 1);
    }
}
