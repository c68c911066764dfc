using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Core.DataChannels;

/// <summary>What the reorder buffer keeps of a message that came before its turn: a copy of its own.</summary>
internal readonly record struct EarlyMessage(PayloadType PayloadType, byte[] Payload);
