namespace SessionManagerPlugin.Core.Abstractions;

/// <summary>The service's API, as far as a running session needs it. Calls may come from any task, one at a time.</summary>
public interface ISessionApi
{
    /// <summary>Asks for a new token and a new address for a session whose connection was lost.</summary>
    /// <returns>Both; null when the service has none to give: the session is over, most often because it timed out.</returns>
    /// <exception cref="SessionApiException">The call failed.</exception>
    Task<ResumedSession?> ResumeAsync(string sessionId, CancellationToken cancellationToken);

    /// <summary>Ends a session at the service. Ending one that is over already is no failure.</summary>
    /// <exception cref="SessionApiException">The call failed.</exception>
    Task TerminateAsync(string sessionId, CancellationToken cancellationToken);
}
