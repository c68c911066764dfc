using SessionManagerPlugin.Core.Diagnostics;
using SessionManagerPlugin.Core.Errors;
using SessionManagerPlugin.Core.Sessions;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Core.DataChannels;

/// <summary>
/// What comes before the session's own traffic. Agents begin command and port sessions, and encrypted ones, with a handshake; a plain
/// shell has none, and old agents never perform one: then the first output tells that it is a shell.
/// </summary>
internal sealed partial class DataChannel
{
    private readonly TaskCompletionSource<SessionStart> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Written by the receiving task, read by the sending task, which has the timer.
    private volatile HandshakeWait? _handshake;

    private TimeSpan? HandshakeDue => _handshake?.Due;

    /// <summary>
    /// What was refused to the agent, if anything. The agent ends the session for it, by channel_closed or by hanging up, and what was
    /// refused says more than that it did.
    /// </summary>
    private SessionException? HandshakeRefusal => _handshake is { Start: null } wait ? wait.Failure : null;

    private void TakeHandshakeRequest(ReadOnlySpan<byte> payload)
    {
        if (!PayloadJson.TryRead(payload, PayloadJson.HandshakeRequest, out var request, out var error))
        {
            throw new SessionException(
                SessionErrorReason.ProtocolViolation, $"The agent's handshake request cannot be read: {error}.");
        }

        Log.HandshakeRequested(
            _logger, Printable.OneLine(request.AgentVersion ?? "without a version"), request.RequestedClientActions?.Count ?? 0);
        var answer = HandshakeResponder.Answer(request, _options.ClientVersion);
        if (!TrySend(PayloadType.HandshakeResponse, PayloadJson.Write(answer.Response, PayloadJson.HandshakeResponse)))
        {
            throw new SessionException(
                SessionErrorReason.ProtocolViolation, "The agent asks for more handshakes than it acknowledges answers to.");
        }

        // A refused agent ends the session and says so by channel_closed; if it does not, the wait ends here.
        _handshake = answer.Refusal is null
            ? new HandshakeWait(Now + _options.HandshakeTimeout, answer.Start, HandshakeTimedOut())
            : new HandshakeWait(Now + _options.RefusalGrace, null, answer.Refusal);
    }

    private void TakeHandshakeComplete(ReadOnlySpan<byte> payload)
    {
        if (!PayloadJson.TryRead(payload, PayloadJson.HandshakeComplete, out var complete, out var error))
        {
            throw new SessionException(
                SessionErrorReason.ProtocolViolation, $"The end of the agent's handshake cannot be read: {error}.");
        }

        if (_handshake is not { Start: { } start })
        {
            throw _handshake?.Failure ?? new SessionException(
                SessionErrorReason.ProtocolViolation, "The agent completed a handshake that it did not begin.");
        }

        _handshake = null;
        Start(start with { CustomerMessage = string.IsNullOrEmpty(complete.CustomerMessage) ? null : complete.CustomerMessage });
    }

    private void StartWithoutHandshake()
    {
        if (_handshake is null && !_started.Task.IsCompleted)
        {
            Start(new SessionStart(_session.SessionType ?? SessionTypeName.StandardStream, null, null, null));
        }
    }

    private void Start(SessionStart start)
    {
        if (_started.TrySetResult(start))
        {
            Log.SessionStarted(_logger, start.SessionType, Now.TotalMilliseconds);
        }
    }

    /// <summary>On a new connection the agent gets its full time again: what passed without one says nothing about it.</summary>
    private void RenewHandshakeWait()
    {
        if (_handshake is { Start: not null } wait)
        {
            _handshake = wait with { Due = Now + _options.HandshakeTimeout };
        }
    }

    private void ThrowIfHandshakeOverdue(TimeSpan now)
    {
        if (_handshake is { } wait && wait.Due <= now)
        {
            throw wait.Failure;
        }
    }

    private void ThrowIfHandshakeRefused()
    {
        if (HandshakeRefusal is { } refusal)
        {
            throw refusal;
        }
    }

    private SessionException HandshakeTimedOut() => new(
        SessionErrorReason.HandshakeTimeout,
        $"The agent began the session's handshake and did not complete it within {_options.HandshakeTimeout.TotalSeconds:0} s.");

    /// <summary>A handshake under way.</summary>
    /// <param name="Due">When the wait for the agent ends.</param>
    /// <param name="Start">The session to start at its completion; null when the request was refused.</param>
    /// <param name="Failure">What has failed when the time is over.</param>
    private sealed record HandshakeWait(TimeSpan Due, SessionStart? Start, SessionException Failure);
}
