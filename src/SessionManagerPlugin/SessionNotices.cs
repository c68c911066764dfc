using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Core.Sessions;

namespace SessionManagerPlugin;

/// <summary>
/// Tells the user of a session's course. The lines end with a carriage return too: the terminal is raw while they are written.
/// </summary>
internal sealed class SessionNotices : ISessionObserver
{
    private const string EscapeHelp =
        "\r\nEscapes, behind Enter:\r\n"
        + "  ~.  end the session\r\n"
        + "  ~-  switch escapes off\r\n"
        + "  ~?  this list\r\n"
        + "  ~~  send one tilde\r\n";

    public ValueTask OnStartedAsync(SessionStart start, CancellationToken cancellationToken)
    {
        if (start.CustomerMessage is { } message)
        {
            StandardStreams.WriteOutput(message + "\n");
        }

        return default;
    }

    public void OnConnectionLost(string reason) =>
        StandardStreams.WriteError($"\r\nsession-manager-plugin: connection lost, resuming… ({reason})\r\n");

    public void OnResumed(TimeSpan away) =>
        StandardStreams.WriteError($"session-manager-plugin: resumed after {away.TotalSeconds:0.0} s\r\n");

    public void OnEscapeHelp() => StandardStreams.WriteError(EscapeHelp);
}
