namespace SessionManagerPlugin.Core.Abstractions;

/// <summary>
/// A call of the service's API failed. The message is for the user: what was called, on what, what happened and what to do. It holds no
/// credentials and no token.
/// </summary>
public sealed class SessionApiException : Exception
{
    /// <summary>A failed call.</summary>
    /// <param name="message">For the user.</param>
    /// <param name="isFinal">Whether another attempt would fail the same way.</param>
    /// <param name="innerException">The cause.</param>
    public SessionApiException(string message, bool isFinal, Exception? innerException = null)
        : base(message, innerException) => IsFinal = isFinal;

    /// <summary>
    /// Whether another attempt would fail the same way: no credentials, access denied, no such session. False for what passes: no
    /// network, throttling, a service that is down for a moment.
    /// </summary>
    public bool IsFinal { get; }
}
