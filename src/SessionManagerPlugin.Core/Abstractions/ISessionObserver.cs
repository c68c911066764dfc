using SessionManagerPlugin.Core.Sessions;

namespace SessionManagerPlugin.Core.Abstractions;

/// <summary>Hears of a session's course, to tell the user.</summary>
public interface ISessionObserver
{
    /// <summary>The session's kind is known and its own traffic follows.</summary>
    /// <param name="start">The session's kind, and the message that the account's owner wants the user to read.</param>
    /// <param name="cancellationToken">Ends with the session.</param>
    ValueTask OnStartedAsync(SessionStart start, CancellationToken cancellationToken);

    /// <summary>The connection was lost; a new one is being made. The call comes from any task and must be short.</summary>
    /// <param name="reason">What happened, a sentence without its full stop.</param>
    void OnConnectionLost(string reason);

    /// <summary>A new connection stands, and the session goes on where it was.</summary>
    /// <param name="away">How long there was none.</param>
    void OnResumed(TimeSpan away);

    /// <summary>The user asked, by <c>~?</c>, what the escapes are.</summary>
    void OnEscapeHelp();
}
