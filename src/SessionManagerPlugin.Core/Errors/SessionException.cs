namespace SessionManagerPlugin.Core.Errors;

/// <summary>
/// A session failed. The message is a whole sentence for the user: what happened, to what, and where possible what to do. It holds no
/// token, no key and no session data.
/// </summary>
public sealed class SessionException : Exception
{
    /// <summary>A failure with its reason.</summary>
    public SessionException(SessionErrorReason reason, string message, Exception? innerException = null)
        : base(message, innerException) => Reason = reason;

    /// <summary>Why the session failed.</summary>
    public SessionErrorReason Reason { get; }
}
