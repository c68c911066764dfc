using SessionManagerPlugin.Core.Sessions;

namespace SessionManagerPlugin.Core.Abstractions;

/// <summary>Hears of a session's course, to tell the user.</summary>
public interface ISessionObserver
{
    /// <summary>The session's kind is known and its own traffic follows.</summary>
    /// <param name="start">The session's kind, and the message that the account's owner wants the user to read.</param>
    /// <param name="cancellationToken">Ends with the session.</param>
    ValueTask OnStartedAsync(SessionStart start, CancellationToken cancellationToken);
}
