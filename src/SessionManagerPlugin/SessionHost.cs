using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SessionManagerPlugin.Cli;
using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Core.Sessions;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Logging;
using SessionManagerPlugin.Terminal;
using SessionManagerPlugin.Terminal.Unix;
using SessionManagerPlugin.Terminal.Windows;

namespace SessionManagerPlugin;

/// <summary>Puts a session together from its parts, runs it, and turns its end into the lines and the exit status that callers know.</summary>
internal sealed class SessionHost : ISessionObserver
{
    private readonly SessionArguments _arguments;
    private readonly LogOptions _log;

    private SessionHost(SessionArguments arguments, LogOptions log)
    {
        _arguments = arguments;
        _log = log;
    }

    /// <summary>Runs the session that the command line asked for.</summary>
    /// <returns>The exit status.</returns>
    /// <exception cref="Core.Errors.SessionException">The session failed.</exception>
    /// <exception cref="IOException">The log or standard output cannot be written.</exception>
    public static Task<int> RunAsync(SessionArguments arguments, LogOptions log) => new SessionHost(arguments, log).RunAsync();

    /// <inheritdoc/>
    public ValueTask OnStartedAsync(SessionStart start, CancellationToken cancellationToken)
    {
        if (start.CustomerMessage is { } message)
        {
            StandardStreams.WriteOutput(message + "\n");
        }

        return default;
    }

    private async Task<int> RunAsync()
    {
        var time = TimeProvider.System;
        using var logFile = LineLogger.Open(_log, time);
        ILogger logger = logFile is null ? NullLogger.Instance : logFile;
        using var signals = new ProcessSignals();

        StandardStreams.WriteOutput($"\nStarting session with SessionId: {_arguments.Session.SessionId}\n");
        var transport = TransportOptions.Default;
        var connector = new RetryingConnector(
            new WebSocketConnector(transport, time), transport.Attempts, time, Random.Shared, logger);
        var runner = new SessionRunner(connector, OpenTerminal(signals), this, DataChannelOptions.Default, time, logger);
        try
        {
            return ExitCode(await runner.RunAsync(_arguments.Session, signals.End).ConfigureAwait(false), signals);
        }
        catch (OperationCanceledException) when (signals.End.IsCancellationRequested)
        {
            return Signalled(signals);
        }
    }

    private ITerminal OpenTerminal(ProcessSignals signals) => OperatingSystem.IsWindows()
        ? new WindowsTerminal(signals, isErrorOnOutput: _arguments.IsDropIn)
        : new UnixTerminal(signals, isErrorOnOutput: _arguments.IsDropIn);

    private int ExitCode(SessionOutcome outcome, ProcessSignals signals)
    {
        if (outcome.End == SessionEnd.Cancelled)
        {
            return Signalled(signals);
        }

        if (outcome.End == SessionEnd.TerminalGone)
        {
            // Nobody is left to read a line.
            return _arguments.IsDropIn ? ExitCodes.Success : ExitCodes.Signalled(ProcessSignals.Hangup);
        }

        var sessionId = _arguments.Session.SessionId;
        StandardStreams.WriteOutput(outcome.ClosedOutput.Length == 0
            ? $"\n\nExiting session with sessionId: {sessionId}.\n\n"
            : $"\n\nSessionId: {sessionId} : {outcome.ClosedOutput}\n\n");
        if (_arguments.IsDropIn)
        {
            return ExitCodes.Success;
        }

        return outcome.RemoteExitCode ?? (outcome.ClosedOutput.Length == 0 ? ExitCodes.Success : ExitCodes.Failure);
    }

    private int Signalled(ProcessSignals signals)
    {
        if (signals.EndingSignal != ProcessSignals.Hangup)
        {
            StandardStreams.WriteOutputIfReady(
                $"\n\nTerminate signal received, exiting.\nExiting session with sessionId: {_arguments.Session.SessionId}.\n\n");
        }

        return _arguments.IsDropIn ? ExitCodes.Success : ExitCodes.Signalled(signals.EndingSignal);
    }
}
