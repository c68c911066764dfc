using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Emulator.Agent;

/// <summary>What receives the client's stream, in order, one message at a time.</summary>
internal interface IInputHandler
{
    /// <summary>
    /// Takes a message. It is acknowledged after that; while this waits, no later message is taken.
    /// </summary>
    /// <exception cref="IOException">It cannot be taken any more: it is not acknowledged.</exception>
    ValueTask HandleAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);
}
