using System.Net.Sockets;

namespace SessionManagerPlugin.Emulator.Http;

/// <summary>A connection that was accepted. Its owner disposes of it.</summary>
internal sealed class AcceptedConnection(Stream stream, Socket socket)
{
    /// <summary>Its bytes, in the clear.</summary>
    internal Stream Stream { get; } = stream;

    /// <summary>Keeps the system from taking in more than this ahead of the reader.</summary>
    internal void LimitReceiveBuffer(int bytes) => socket.ReceiveBufferSize = bytes;

    /// <summary>Ends it with a TCP reset: the far side loses what it has not read yet. Reads and writes under way fail.</summary>
    internal void Reset() => socket.Close(timeout: 0);
}
