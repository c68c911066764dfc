using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SessionManagerPlugin.Emulator.Pty;

/// <summary>
/// Waits for descriptors to become ready, on one thread of its own: pseudo-terminals and pipes have no asynchronous calls in .NET.
/// </summary>
/// <remarks>
/// The thread only waits; whoever waited does the reading and writing. A descriptor may be closed while it is waited for: the waiter is
/// then told so, and an event of a number that was closed or given away again finds no waiter and is ignored.
/// </remarks>
internal sealed class DescriptorPoller : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Waiter> _waiters = [];
    private readonly SafeFileHandle _wakeReader;
    private readonly SafeFileHandle _wakeWriter;
    private bool _stopped;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">What the thread is called in a debugger.</param>
    internal DescriptorPoller(string name)
    {
        (_wakeReader, _wakeWriter) = AsyncDescriptor.CreatePipe();
        AsyncDescriptor.SetNonBlocking(_wakeReader);
        AsyncDescriptor.SetNonBlocking(_wakeWriter);
        new Thread(Run) { IsBackground = true, Name = name }.Start();
    }

    /// <summary>Waits until one of the events, the end of the stream or an error is there to be seen.</summary>
    /// <exception cref="ObjectDisposedException">The descriptor or the poller was closed.</exception>
    internal async Task WaitAsync(SafeFileHandle descriptor, short events, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(descriptor, events);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            ObjectDisposedException.ThrowIf(descriptor.IsClosed, descriptor);
            _waiters.Add(waiter);
            Wake();
        }

        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (poller, waiter) = ((DescriptorPoller, Waiter))state!;
                poller.Remove(waiter);
                waiter.Ready.TrySetCanceled(token);
            },
            (this, waiter)).ConfigureAwait(false);
        await waiter.Ready.Task.ConfigureAwait(false);
    }

    /// <summary>Closes a descriptor and tells those who wait for it.</summary>
    internal void Close(SafeFileHandle descriptor)
    {
        Waiter[] closed;
        lock (_gate)
        {
            closed = [.. _waiters.Where(waiter => waiter.Descriptor == descriptor)];
            _waiters.RemoveAll(waiter => waiter.Descriptor == descriptor);
            descriptor.Dispose();

            // The wait under way holds the file open until it returns; only then does the far side see it closed.
            Wake();
        }

        foreach (var waiter in closed)
        {
            waiter.Ready.TrySetException(new ObjectDisposedException(nameof(AsyncDescriptor)));
        }
    }

    /// <summary>Ends the thread. The descriptors are the caller's to close first.</summary>
    public void Dispose()
    {
        Waiter[] left;
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
            left = [.. _waiters];
            _waiters.Clear();
            Wake();
        }

        foreach (var waiter in left)
        {
            waiter.Ready.TrySetException(new ObjectDisposedException(nameof(DescriptorPoller)));
        }
    }

    private unsafe void Run()
    {
        var waiters = new List<Waiter>();
        var descriptors = new LibC.PollDescriptor[4];
        using (_wakeReader)
        using (_wakeWriter)
        {
            while (TrySnapshot(waiters, ref descriptors))
            {
                int ready;
                fixed (LibC.PollDescriptor* first = descriptors)
                {
                    ready = LibC.Poll(first, (nuint)(waiters.Count + 1), Timeout.Infinite);
                }

                if (ready < 0 && Marshal.GetLastPInvokeError() is not LibC.ErrorInterrupted)
                {
                    // Only a lack of memory is left; whoever waits is to hear of it.
                    var error = LibC.LastError("poll");
                    waiters.ForEach(waiter => Complete(waiter, error));
                }
                else if (ready > 0)
                {
                    CompleteReady(waiters, descriptors);
                }
            }
        }
    }

    private bool TrySnapshot(List<Waiter> waiters, ref LibC.PollDescriptor[] descriptors)
    {
        lock (_gate)
        {
            waiters.Clear();
            if (_stopped)
            {
                return false;
            }

            waiters.AddRange(_waiters);
            if (descriptors.Length < waiters.Count + 1)
            {
                Array.Resize(ref descriptors, 2 * (waiters.Count + 1));
            }

            descriptors[0] = new LibC.PollDescriptor { Descriptor = Number(_wakeReader), Events = LibC.PollIn };
            for (var i = 0; i < waiters.Count; i++)
            {
                descriptors[i + 1] = new LibC.PollDescriptor
                {
                    Descriptor = Number(waiters[i].Descriptor),
                    Events = waiters[i].Events,
                };
            }

            return true;
        }
    }

    private unsafe void CompleteReady(List<Waiter> waiters, LibC.PollDescriptor[] descriptors)
    {
        if (descriptors[0].ReturnedEvents != 0)
        {
            Span<byte> wakes = stackalloc byte[64];
            fixed (byte* buffer = wakes)
            {
                while (LibC.Read(_wakeReader, buffer, (nuint)wakes.Length) == wakes.Length)
                {
                    // More wakes than the buffer holds: one look serves them all.
                }
            }
        }

        for (var i = 0; i < waiters.Count; i++)
        {
            if (descriptors[i + 1].ReturnedEvents != 0)
            {
                Complete(waiters[i], error: null);
            }
        }
    }

    private void Complete(Waiter waiter, Exception? error)
    {
        if (!Remove(waiter))
        {
            return;
        }

        if (error is null)
        {
            waiter.Ready.TrySetResult();
        }
        else
        {
            waiter.Ready.TrySetException(error);
        }
    }

    private bool Remove(Waiter waiter)
    {
        lock (_gate)
        {
            return _waiters.Remove(waiter);
        }
    }

    /// <summary>Makes the thread look at the waiters again. A full pipe is as good: the thread will wake.</summary>
    private unsafe void Wake()
    {
        byte wake = 0;
        _ = LibC.Write(_wakeWriter, &wake, 1);
    }

    private static int Number(SafeFileHandle descriptor) => (int)descriptor.DangerousGetHandle();

    private sealed class Waiter(SafeFileHandle descriptor, short events)
    {
        internal SafeFileHandle Descriptor { get; } = descriptor;

        internal short Events { get; } = events;

        internal TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
