using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Emulator.Agent;

/// <summary>A client message that was read and found whole.</summary>
/// <param name="Header">Its header.</param>
/// <param name="Payload">Its payload, which nobody changes any more.</param>
internal sealed record ReceivedMessage(ClientMessageHeader Header, ReadOnlyMemory<byte> Payload);
