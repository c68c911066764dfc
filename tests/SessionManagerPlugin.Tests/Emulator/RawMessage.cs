using System.Text;
using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Tests.Emulator;

/// <summary>A message as the test's client received it.</summary>
internal sealed record RawMessage(byte[] Bytes, ClientMessageHeader Header, byte[] Payload)
{
    internal string Text => Encoding.UTF8.GetString(Payload);
}
