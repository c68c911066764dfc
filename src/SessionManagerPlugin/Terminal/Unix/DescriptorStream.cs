using System.Runtime.InteropServices;

namespace SessionManagerPlugin.Terminal.Unix;

/// <summary>
/// Writes to a descriptor, at once and without a buffer. Console's own streams would set up the terminal and handlers of signals at
/// the first write.
/// </summary>
internal sealed class DescriptorStream : Stream
{
    private readonly int _descriptor;

    public DescriptorStream(int descriptor) => _descriptor = descriptor;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Whether a few bytes can be written without waiting, or an error is there to be had.</summary>
    public static unsafe bool IsReady(int descriptor, TimeSpan patience)
    {
        var poll = new LibC.PollDescriptor { Descriptor = descriptor, Events = LibC.PollOut };
        int ready;
        do
        {
            ready = LibC.Poll(&poll, 1, (int)patience.TotalMilliseconds);
        }
        while (ready < 0 && Marshal.GetLastPInvokeError() == LibC.ErrorInterrupted);
        return ready > 0;
    }

    public override unsafe void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            var written = 0;
            while (written < buffer.Length)
            {
                var count = LibC.Write(_descriptor, pointer + written, (nuint)(buffer.Length - written));
                if (count >= 0)
                {
                    written += (int)count;
                }
                else
                {
                    WaitOrThrow();
                }
            }
        }
    }

    /// <summary>Whoever shares the descriptor may have made it non-blocking: then a full pipe is waited for.</summary>
    private unsafe void WaitOrThrow()
    {
        var error = Marshal.GetLastPInvokeError();
        if (error == LibC.ErrorTryAgain)
        {
            var descriptor = new LibC.PollDescriptor { Descriptor = _descriptor, Events = LibC.PollOut };
            _ = LibC.Poll(&descriptor, 1, timeoutMilliseconds: -1);
        }
        else if (error != LibC.ErrorInterrupted)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(error));
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
