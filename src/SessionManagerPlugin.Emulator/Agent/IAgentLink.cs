using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Emulator.Agent;

/// <summary>The agent's connection to the gateway.</summary>
internal interface IAgentLink
{
    /// <summary>
    /// Sends a message. It may be lost on the way, as on any network: without a client there is nobody to receive it. Waits while the
    /// client is slow to read.
    /// </summary>
    /// <param name="type">What the message is.</param>
    /// <param name="message">The whole message, which nobody changes any more.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask SendAsync(MessageType type, ReadOnlyMemory<byte> message, CancellationToken cancellationToken);
}
