using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SessionManagerPlugin.Emulator.Pty;

/// <summary>
/// A pseudo-terminal's master or a pipe's end, read and written without blocking a thread. One reader and one writer at a time.
/// </summary>
internal sealed class AsyncDescriptor : IDisposable
{
    private const int FileControlGetFlags = 3;
    private const int FileControlSetFlags = 4;

    private readonly SafeFileHandle _handle;
    private readonly DescriptorPoller _poller;

    /// <summary>Takes over a descriptor.</summary>
    /// <param name="handle">The descriptor, which this owns from now on.</param>
    /// <param name="poller">What waits for it. It must outlive this.</param>
    internal AsyncDescriptor(SafeFileHandle handle, DescriptorPoller poller)
    {
        _handle = handle;
        _poller = poller;
        SetNonBlocking(handle);
    }

    internal SafeFileHandle Handle => _handle;

    /// <summary>Makes a pipe that children do not inherit.</summary>
    internal static unsafe (SafeFileHandle Reader, SafeFileHandle Writer) CreatePipe()
    {
        var descriptors = stackalloc int[2];
        if (LibC.Pipe(descriptors, LibC.OpenCloseOnExec) != 0)
        {
            throw LibC.LastError("pipe2");
        }

        return (new SafeFileHandle(descriptors[0], ownsHandle: true), new SafeFileHandle(descriptors[1], ownsHandle: true));
    }

    internal static void SetNonBlocking(SafeFileHandle handle)
    {
        var flags = LibC.FileControl(handle, FileControlGetFlags, 0);
        if (flags < 0 || LibC.FileControl(handle, FileControlSetFlags, flags | LibC.OpenNonBlocking) < 0)
        {
            throw LibC.LastError("fcntl");
        }
    }

    /// <summary>Reads what is there, at least one byte; 0 at the end.</summary>
    /// <exception cref="ObjectDisposedException">The descriptor was closed, before or meanwhile.</exception>
    internal async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = TryRead(buffer.Span, out var error);
            switch (count, error)
            {
                case ( >= 0, _):
                    return (int)count;
                case (_, LibC.ErrorInputOutput):
                    // How a master reads when its last terminal is closed.
                    return 0;
                case (_, LibC.ErrorTryAgain):
                    await _poller.WaitAsync(_handle, LibC.PollIn, cancellationToken).ConfigureAwait(false);
                    break;
                case (_, LibC.ErrorInterrupted):
                    break;
                default:
                    throw LibC.Error("read", error);
            }
        }
    }

    /// <summary>Writes everything.</summary>
    /// <exception cref="IOException">The far side is closed.</exception>
    /// <exception cref="ObjectDisposedException">The descriptor was closed, before or meanwhile.</exception>
    internal async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = TryWrite(bytes.Span, out var error);
            if (count >= 0)
            {
                bytes = bytes[(int)count..];
            }
            else if (error is LibC.ErrorTryAgain)
            {
                await _poller.WaitAsync(_handle, LibC.PollOut, cancellationToken).ConfigureAwait(false);
            }
            else if (error is not LibC.ErrorInterrupted)
            {
                throw LibC.Error("write", error);
            }
        }
    }

    /// <summary>Closes the descriptor; who waits for it gets an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _poller.Close(_handle);

    private unsafe nint TryRead(Span<byte> buffer, out int error)
    {
        fixed (byte* first = buffer)
        {
            var count = LibC.Read(_handle, first, (nuint)buffer.Length);
            error = Marshal.GetLastPInvokeError();
            return count;
        }
    }

    private unsafe nint TryWrite(ReadOnlySpan<byte> bytes, out int error)
    {
        fixed (byte* first = bytes)
        {
            var count = LibC.Write(_handle, first, (nuint)bytes.Length);
            error = Marshal.GetLastPInvokeError();
            return count;
        }
    }
}
