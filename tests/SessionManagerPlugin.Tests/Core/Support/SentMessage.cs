using System.Text;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Tests.Core.Support;

/// <summary>A message as it left the client, whole, and what an agent reads from it.</summary>
internal sealed class SentMessage
{
    public SentMessage(MessageKind kind, byte[] bytes)
    {
        Kind = kind;
        Bytes = bytes;
        if (kind == MessageKind.Binary)
        {
            Assert.Equal(ClientMessageError.None, ClientMessageReader.Read(bytes, out var message));
            Header = message.Header;
            Payload = message.Payload.ToArray();
        }
        else
        {
            Payload = bytes;
        }
    }

    public MessageKind Kind { get; }

    public byte[] Bytes { get; }

    public ClientMessageHeader Header { get; }

    public byte[] Payload { get; }

    public string Text => Encoding.UTF8.GetString(Payload);

    public bool IsAcknowledgement => Header.MessageType == MessageType.Acknowledge;

    public Acknowledgement Acknowledgement
    {
        get
        {
            Assert.True(Acknowledgement.TryRead(Payload, out var acknowledgement));
            return acknowledgement;
        }
    }
}
