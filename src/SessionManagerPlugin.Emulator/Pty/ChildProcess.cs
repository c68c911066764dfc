using System.Runtime.InteropServices;

namespace SessionManagerPlugin.Emulator.Pty;

/// <summary>
/// A process that <see cref="ProcessSpawner"/> started, and the session that it leads. It is reaped as soon as it exits; the processes
/// that it left behind live until <see cref="DisposeAsync"/>.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<ExitStatus> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration _childSignal;

    /// <summary>Watches over a child.</summary>
    /// <param name="processId">A child of this process that nobody else waits for.</param>
    internal ChildProcess(int processId)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("Processes of sessions are watched on Linux only.");
        }

        ProcessId = processId;
        _childSignal = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => Reap());

        // It may have exited before the registration.
        Reap();
    }

    /// <summary>
    /// Undoes an ignored SIGCHLD, which a program keeps from whoever started it: exit statuses would be thrown away and nobody told. To be
    /// called by a program's Main, before anything else of .NET's signals.
    /// </summary>
    internal static void WantExitStatuses()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = LibC.SetSignalDisposition(LibC.SignalChild, LibC.SignalDefault);
        }
    }

    /// <summary>Its process id, which is its process group's and its session's too.</summary>
    internal int ProcessId { get; }

    /// <summary>Completes when it has exited and was reaped.</summary>
    internal Task<ExitStatus> Exited => _exited.Task;

    /// <summary>Sends a signal to the process group; nothing when the process has exited.</summary>
    internal void SignalGroup(int signal)
    {
        lock (_gate)
        {
            // Once reaped, the number may be another's.
            if (!_exited.Task.IsCompleted)
            {
                _ = LibC.Kill(-ProcessId, signal);
            }
        }
    }

    /// <summary>Kills what is left of the session and waits until the process is reaped.</summary>
    public async ValueTask DisposeAsync()
    {
        SignalGroup(LibC.SignalHangup);
        SignalGroup(LibC.SignalKill);
        SessionProcesses.Kill(ProcessId);
        await Exited.ConfigureAwait(false);
        _childSignal.Dispose();
    }

    private unsafe void Reap()
    {
        lock (_gate)
        {
            if (_exited.Task.IsCompleted)
            {
                return;
            }

            int status;
            var reaped = LibC.WaitForChild(ProcessId, &status, LibC.WaitNoHang);
            if (reaped == ProcessId)
            {
                _exited.SetResult(ExitStatus.FromWaitStatus(status));
            }
            else if (reaped < 0 && Marshal.GetLastPInvokeError() is LibC.ErrorNoChild)
            {
                // Someone else took the status, or this process was started with SIGCHLD ignored: it is gone, and how is not known.
                _exited.SetResult(new ExitStatus(ExitCode: null, Signal: null));
            }
        }
    }
}
