using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SessionManagerPlugin.Aws;
using SessionManagerPlugin.Cli;
using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Core.Sessions;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Logging;
using SessionManagerPlugin.Terminal;
using SessionManagerPlugin.Terminal.Unix;
using SessionManagerPlugin.Terminal.Windows;

namespace SessionManagerPlugin;

/// <summary>Puts a session together from its parts, runs it, and turns its end into the lines and the exit status that callers know.</summary>
internal sealed class SessionHost
{
    private readonly SessionArguments _arguments;
    private readonly Tuning _tuning;
    private readonly LogOptions _log;

    private SessionHost(SessionArguments arguments, Tuning tuning, LogOptions log)
    {
        _arguments = arguments;
        _tuning = tuning;
        _log = log;
    }

    /// <summary>Runs the session that the command line asked for.</summary>
    /// <returns>The exit status.</returns>
    /// <exception cref="Core.Errors.SessionException">The session failed.</exception>
    /// <exception cref="IOException">The log or standard output cannot be written.</exception>
    public static Task<int> RunAsync(SessionArguments arguments, Tuning tuning, LogOptions log) =>
        new SessionHost(arguments, tuning, log).RunAsync();

    private async Task<int> RunAsync()
    {
        var time = TimeProvider.System;
        using var logFile = LineLogger.Open(_log, time);
        ILogger logger = logFile is null ? NullLogger.Instance : logFile;
        using var signals = new ProcessSignals();
        using var api = new AwsSessionApi(new AwsOptions
        {
            Region = _arguments.Region,
            Profile = _arguments.Profile,
            Endpoint = _arguments.Endpoint,
            StreamUrl = _arguments.Session.StreamUrl,
        });

        StandardStreams.WriteOutput($"\nStarting session with SessionId: {_arguments.Session.SessionId}\n");
        var runner = new SessionRunner(
            new WebSocketConnector(_tuning.Transport, time),
            api,
            OpenTerminal(signals),
            new SessionNotices(),
            _tuning.Session,
            time,
            logger);
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
        var sessionId = _arguments.Session.SessionId;
        switch (outcome.End)
        {
            case SessionEnd.Cancelled:
                return Signalled(signals);
            case SessionEnd.TerminalGone:
                // Nobody is left to read a line.
                return _arguments.IsDropIn ? ExitCodes.Success : ExitCodes.Signalled(ProcessSignals.Hangup);
            case SessionEnd.TimedOut:
                StandardStreams.WriteOutput($"\nSession: {sessionId} timed out.\n");
                return _arguments.IsDropIn ? ExitCodes.Success : ExitCodes.Failure;
        }

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
