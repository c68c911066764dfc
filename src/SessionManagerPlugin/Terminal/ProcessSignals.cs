using System.Runtime.InteropServices;

namespace SessionManagerPlugin.Terminal;

/// <summary>
/// The process's signals. SIGTERM and SIGHUP end the session. SIGINT, SIGQUIT and SIGTSTP belong to the far side while a session listens;
/// before that, SIGINT ends the program and the others do what they always do.
/// </summary>
internal sealed class ProcessSignals : IDisposable
{
    /// <summary>SIGHUP: the terminal is gone.</summary>
    public const int Hangup = 1;

    private const int Interrupt = 2;
    private const int Quit = 3;
    private const int Terminate = 15;

    // The number differs between systems, and nothing here depends on it.
    private const int TerminalStop = 20;

    private readonly CancellationTokenSource _end = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private volatile Listener? _listener;
    private int _endingSignal;

    public ProcessSignals()
    {
        Handle(PosixSignal.SIGINT, context => OnKey(context, Interrupt));
        Handle(PosixSignal.SIGQUIT, context => OnKey(context, Quit));
        Handle(PosixSignal.SIGTERM, context => OnEnd(context, Terminate));
        Handle(PosixSignal.SIGHUP, context => OnEnd(context, Hangup));
        if (!OperatingSystem.IsWindows())
        {
            Handle(PosixSignal.SIGTSTP, context => OnKey(context, TerminalStop));
            Handle(PosixSignal.SIGWINCH, _ => _listener?.SizeChanged());
            Handle(PosixSignal.SIGCONT, OnContinue);
        }
    }

    /// <summary>Cancelled by the signal that ends the program.</summary>
    public CancellationToken End => _end.Token;

    /// <summary>The number of the signal that ended the program; 0 when none did.</summary>
    public int EndingSignal => Volatile.Read(ref _endingSignal);

    /// <summary>Sends the terminal's signals to a session until the result is disposed.</summary>
    /// <param name="sizeChanged">SIGWINCH came.</param>
    /// <param name="continued">SIGCONT came: the process was stopped.</param>
    /// <param name="controlKey">A key's signal came, with the key's byte.</param>
    /// <param name="restore">The process is about to be ended by a signal and is to leave the terminal as it was.</param>
    public IDisposable Listen(Action sizeChanged, Action continued, Action<byte> controlKey, Action restore)
    {
        var listener = new Listener(this, sizeChanged, continued, controlKey, restore);
        _listener = listener;
        return listener;
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _end.Dispose();
    }

    private void Handle(PosixSignal signal, Action<PosixSignalContext> handler) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, handler));

    private void OnKey(PosixSignalContext context, int signal)
    {
        if (_listener is { } listener)
        {
            context.Cancel = true;
            listener.ControlKey(KeyOf(signal));
        }
        else if (signal == Interrupt)
        {
            OnEnd(context, signal);
        }
    }

    private void OnContinue(PosixSignalContext context)
    {
        if (_listener is { } listener)
        {
            // The runtime's own part would be to give the terminal back the settings that it found at the start.
            context.Cancel = true;
            listener.Continued();
        }
    }

    private void OnEnd(PosixSignalContext context, int signal)
    {
        // The first one is a request. One more means that it was not heard: the signal does then what it always does.
        if (Interlocked.CompareExchange(ref _endingSignal, signal, 0) == 0)
        {
            context.Cancel = true;
            try
            {
                _end.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The signal met the end that it asks for.
            }
        }
        else
        {
            _listener?.Restore();
        }
    }

    /// <summary>The byte that a terminal's key sends: ^C, ^\ and ^Z.</summary>
    private static byte KeyOf(int signal) => signal switch
    {
        Interrupt => 0x03,
        Quit => 0x1c,
        _ => 0x1a,
    };

    private sealed record Listener(
        ProcessSignals Owner, Action SizeChanged, Action Continued, Action<byte> ControlKey, Action Restore) : IDisposable
    {
        public void Dispose() => Owner._listener = null;
    }
}
