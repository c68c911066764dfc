using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;

namespace SessionManagerPlugin.Terminal.Unix;

/// <summary>
/// Reads or writes a descriptor on a thread of its own. A read of a terminal and a write to a stopped one wait without end, and must
/// not hold a thread of the pool; and they share the descriptor with other processes, so it may not be made non-blocking.
/// </summary>
/// <remarks>
/// One operation at a time; it allocates nothing. A cancelled operation completes at once; a thread that is inside a write by then
/// stays there until the write or the process ends, and no other operation may follow.
/// </remarks>
internal sealed class DescriptorWorker : IValueTaskSource<int>
{
    private const int NoTimeout = -1;

    private const int Idle = 0;
    private const int Running = 1;
    private const int Abandoned = 2;

    private readonly int _descriptor;
    private readonly bool _isWriter;
    private readonly string _threadName;
    private readonly object _request = new();
    private readonly WakePipe _wake = new();
    private ManualResetValueTaskSourceCore<int> _source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellationToken;
    private Memory<byte> _buffer;
    private TimeSpan _gatherFor;
    private Thread? _thread;
    private bool _isRequested;
    private int _state;

    private DescriptorWorker(int descriptor, bool isWriter, string threadName)
    {
        _descriptor = descriptor;
        _isWriter = isWriter;
        _threadName = threadName;
    }

    /// <summary>A worker that reads.</summary>
    public static DescriptorWorker Reader(int descriptor, string threadName) => new(descriptor, isWriter: false, threadName);

    /// <summary>A worker that writes.</summary>
    public static DescriptorWorker Writer(int descriptor, string threadName) => new(descriptor, isWriter: true, threadName);

    /// <summary>As <see cref="RunAsync(Memory{byte}, TimeSpan, CancellationToken)"/>, gathering nothing.</summary>
    /// <exception cref="IOException">The descriptor cannot be read or written.</exception>
    public ValueTask<int> RunAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        RunAsync(buffer, TimeSpan.Zero, cancellationToken);

    /// <summary>
    /// Reads into the buffer what is there, at least one byte, or 0 at the end; or writes the whole buffer and gives its length.
    /// </summary>
    /// <param name="buffer">The bytes, or their place.</param>
    /// <param name="gatherFor">How long a reader waits for more behind the first bytes, while the buffer has room.</param>
    /// <param name="cancellationToken">Abandons the operation.</param>
    /// <exception cref="IOException">The descriptor cannot be read or written.</exception>
    public ValueTask<int> RunAsync(Memory<byte> buffer, TimeSpan gatherFor, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Interlocked.CompareExchange(ref _state, Running, Idle) != Idle)
        {
            throw new InvalidOperationException("An operation is under way, or one was cancelled.");
        }

        _source.Reset();
        _buffer = buffer;
        _gatherFor = gatherFor;
        _cancellationToken = cancellationToken;
        var version = _source.Version;
        _registration = cancellationToken.UnsafeRegister(static state => ((DescriptorWorker)state!).Abandon(), this);
        EnsureThread();
        lock (_request)
        {
            _isRequested = true;
            Monitor.Pulse(_request);
        }

        return new ValueTask<int>(this, version);
    }

    int IValueTaskSource<int>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void EnsureThread()
    {
        if (_thread is null)
        {
            // In the background: a thread that is caught in a write does not keep the process.
            _thread = new Thread(Work, maxStackSize: 256 * 1024) { IsBackground = true, Name = _threadName };
            _thread.Start();
        }
    }

    private void Abandon()
    {
        if (Interlocked.CompareExchange(ref _state, Abandoned, Running) == Running)
        {
            _wake.Wake();
            _source.SetException(new OperationCanceledException(_cancellationToken));
        }
    }

    private void Work()
    {
        while (true)
        {
            WaitForRequest();
            IOException? failure = null;
            var result = 0;
            try
            {
                result = _isWriter ? WriteAll(_buffer.Span) : Read(_buffer.Span);
            }
            catch (IOException e)
            {
                failure = e;
            }

            // Before the state changes: it waits for an Abandon that is under way.
            _registration.Dispose();
            if (Interlocked.CompareExchange(ref _state, Idle, Running) != Running)
            {
                return;
            }

            if (failure is null)
            {
                _source.SetResult(result);
            }
            else
            {
                _source.SetException(failure);
            }
        }
    }

    private void WaitForRequest()
    {
        lock (_request)
        {
            while (!_isRequested)
            {
                Monitor.Wait(_request);
            }

            _isRequested = false;
        }
    }

    private int Read(Span<byte> buffer)
    {
        var count = ReadOnce(buffer, NoTimeout);
        if (count <= 0 || _gatherFor <= TimeSpan.Zero)
        {
            return count;
        }

        // Poll is the timer: the wait for more ends with more bytes, the time, the end of input or the operation's end.
        var began = Stopwatch.GetTimestamp();
        while (count < buffer.Length)
        {
            var left = (_gatherFor - Stopwatch.GetElapsedTime(began)).TotalMilliseconds;
            var more = left < 1 ? 0 : TryReadMore(buffer[count..], (int)left);
            if (more == 0)
            {
                return count;
            }

            count += more;
        }

        return count;
    }

    /// <summary>What was read before is not lost for an error that comes behind it; the next read finds that again.</summary>
    private int TryReadMore(Span<byte> buffer, int timeoutMilliseconds)
    {
        try
        {
            return ReadOnce(buffer, timeoutMilliseconds);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>Reads what is there. 0 at the end of input, and when the time or the operation is over.</summary>
    private unsafe int ReadOnce(Span<byte> buffer, int timeoutMilliseconds)
    {
        fixed (byte* pointer = buffer)
        {
            while (WaitUntilReady(LibC.PollIn, timeoutMilliseconds))
            {
                var count = LibC.Read(_descriptor, pointer, (nuint)buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                ThrowUnlessTransient();
            }
        }

        return 0;
    }

    private unsafe int WriteAll(Span<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            var written = 0;
            while (written < buffer.Length && WaitUntilReady(LibC.PollOut, NoTimeout))
            {
                var count = LibC.Write(_descriptor, pointer + written, (nuint)(buffer.Length - written));
                if (count >= 0)
                {
                    written += (int)count;
                    continue;
                }

                ThrowUnlessTransient();
            }

            return written;
        }
    }

    /// <summary>
    /// Waits until the descriptor is ready. False when the operation was abandoned, the time is over, or the descriptor is not open.
    /// </summary>
    private unsafe bool WaitUntilReady(short events, int timeoutMilliseconds)
    {
        var descriptors = stackalloc LibC.PollDescriptor[2];
        while (true)
        {
            descriptors[0] = new LibC.PollDescriptor { Descriptor = _wake.ReadEnd, Events = LibC.PollIn };
            descriptors[1] = new LibC.PollDescriptor { Descriptor = _descriptor, Events = events };
            var ready = LibC.Poll(descriptors, 2, timeoutMilliseconds);
            if (ready < 0)
            {
                ThrowUnlessTransient();
                continue;
            }

            if (ready == 0)
            {
                return false;
            }

            if (descriptors[0].Returned != 0)
            {
                return false;
            }

            // A closed standard input is an input that has ended; a closed output is an error, which the write finds.
            return _isWriter || (descriptors[1].Returned & LibC.PollInvalid) == 0;
        }
    }

    private static void ThrowUnlessTransient()
    {
        var error = Marshal.GetLastPInvokeError();
        if (error != LibC.ErrorInterrupted && error != LibC.ErrorTryAgain)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(error));
        }
    }
}
