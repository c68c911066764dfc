using SessionManagerPlugin.Core.Errors;
using SessionManagerPlugin.Core.Transport;

namespace SessionManagerPlugin.Core.DataChannels;

/// <summary>Makes a new connection for a session whose connection was lost.</summary>
internal interface IConnectionResumer
{
    /// <summary>Makes a new connection, with as many attempts as its time allows.</summary>
    /// <param name="reason">Why the connection was lost, for the user.</param>
    /// <param name="wasSound">Whether the lost connection had carried anything: then the time for new ones starts anew.</param>
    /// <param name="cancellationToken">The caller gives up.</param>
    /// <returns>The connection and its token; null when the session is over.</returns>
    /// <exception cref="SessionException">No connection came about.</exception>
    Task<ResumedConnection?> ResumeAsync(string reason, bool wasSound, CancellationToken cancellationToken);
}

/// <summary>A new connection of a session.</summary>
/// <param name="Transport">The connection, which is the caller's.</param>
/// <param name="TokenValue">The token that opens the data channel on it. A secret.</param>
internal sealed record ResumedConnection(IMessageTransport Transport, string TokenValue)
{
    /// <summary>Names the record without its token.</summary>
    public override string ToString() => nameof(ResumedConnection);
}
