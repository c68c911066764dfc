namespace SessionManagerPlugin.Core.Transport;

/// <summary>A connection could not be made, was lost or was closed by the far side. The message says which, to whom and why.</summary>
public sealed class TransportException : Exception
{
    /// <summary>A failure of the connection.</summary>
    public TransportException(TransportFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    /// <summary>What kind of failure it is.</summary>
    public TransportFailure Failure { get; }
}

/// <summary>Kinds of failure of a connection.</summary>
public enum TransportFailure
{
    /// <summary>No connection came about; another attempt may succeed.</summary>
    NotConnected,

    /// <summary>No connection came about, and another attempt cannot succeed.</summary>
    NotConnectable,

    /// <summary>The connection broke.</summary>
    Lost,

    /// <summary>The far side closed the connection in good order.</summary>
    Closed,

    /// <summary>The far side closed the connection because it refuses this client.</summary>
    Refused,

    /// <summary>The far side sent a message that is larger than allowed.</summary>
    MessageTooLarge,
}
