namespace SessionManagerPlugin.Core.Transport;

/// <summary>
/// One connection that carries whole messages. One task receives; one task writes and flushes; both at the same time. A connection
/// that was lost stays lost: the next one is another object.
/// </summary>
public interface IMessageTransport : IAsyncDisposable
{
    /// <summary>
    /// How long nothing at all has come from the far side, pongs included, while it was listened to; zero while nobody listens. Any task
    /// may ask.
    /// </summary>
    TimeSpan SilentFor { get; }

    /// <summary>Receives the next whole message.</summary>
    /// <returns>The message. The transport owns its bytes, and they are valid until the next call.</returns>
    /// <exception cref="TransportException">The connection was closed or lost, or the message is larger than allowed.</exception>
    ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Adds a message to the batch that the next <see cref="FlushAsync"/> sends. The bytes are copied; they are the caller's again when
    /// it completes.
    /// </summary>
    /// <exception cref="TransportException">The connection was lost.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> message, MessageKind kind);

    /// <summary>Sends the batch in as few writes to the socket as it takes, and completes when the socket has taken it.</summary>
    /// <exception cref="TransportException">The connection was lost.</exception>
    ValueTask FlushAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Says goodbye with a reason, without waiting for the answer, which a <see cref="ReceiveAsync"/> hears. It takes a stated time at
    /// most and does not fail: a peer that is gone cannot be told. No write or flush may be under way.
    /// </summary>
    /// <param name="reason">At most 123 bytes of UTF-8.</param>
    ValueTask CloseAsync(string reason);
}
