using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Core.DataChannels;

/// <summary>What the reorder buffer keeps of a message that came before its turn: a copy, in a buffer of <see cref="EarlyMessagePool"/>.</summary>
/// <param name="PayloadType">The payload's type.</param>
/// <param name="Buffer">The buffer; null in the default value, which stands for a message that did not come early.</param>
/// <param name="Length">How much of it is payload.</param>
internal readonly record struct EarlyMessage(PayloadType PayloadType, byte[]? Buffer, int Length)
{
    public ReadOnlyMemory<byte> Payload => Buffer.AsMemory(0, Length);
}
