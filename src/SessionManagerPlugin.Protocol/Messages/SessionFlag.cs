using System.Buffers.Binary;

namespace SessionManagerPlugin.Protocol.Messages;

/// <summary>What the payload of type <see cref="PayloadType.Flag"/> says: a 4-byte big-endian integer.</summary>
public enum SessionFlag : uint
{
    /// <summary>The client's local connection ended; the agent closes its own.</summary>
    DisconnectToPort = 1,

    /// <summary>The client ends the session.</summary>
    TerminateSession = 2,

    /// <summary>The agent could not connect to the port.</summary>
    ConnectToPortError = 3,
}

/// <summary>Reads and writes <see cref="SessionFlag"/> payloads.</summary>
public static class SessionFlagPayload
{
    /// <summary>The size of the payload in bytes.</summary>
    public const int Size = sizeof(uint);

    /// <summary>Reads a flag payload; false unless it is 4 bytes long. A value that this library does not know is passed on.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out SessionFlag flag)
    {
        if (payload.Length != Size)
        {
            flag = default;
            return false;
        }

        flag = (SessionFlag)BinaryPrimitives.ReadUInt32BigEndian(payload);
        return true;
    }

    /// <summary>Writes a flag payload of <see cref="Size"/> bytes.</summary>
    public static void Write(Span<byte> destination, SessionFlag flag) =>
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)flag);
}
