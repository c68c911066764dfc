using SessionManagerPlugin.Core.DataChannels;
using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Tests.Core.DataChannels;

internal static class DataChannelForTests
{
    /// <summary>Sends bytes of the test's own.</summary>
    public static ValueTask SendAsync(
        this DataChannel channel, PayloadType payloadType, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var message = channel.Rent();
        payload.CopyTo(message.Payload);
        return channel.SendAsync(payloadType, message, payload.Length, cancellationToken);
    }
}
