using System.Buffers.Binary;
using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Emulator.Agent.TestDocuments;

/// <summary><c>Test-Source</c>: puts out so many bytes that follow from a seed, and then says to standard error which they were.</summary>
internal sealed class TestSource(AgentDataChannel channel, long bytes, ulong seed) : TestWork(channel)
{
    /// <inheritdoc/>
    internal override async Task RunAsync(CancellationToken cancellationToken)
    {
        var state = seed;
        var buffer = new byte[AgentDataChannel.ReadSize];
        for (var left = bytes; left > 0;)
        {
            var part = buffer.AsMemory(0, (int)Math.Min(left, buffer.Length));
            Fill(buffer, ref state);
            Digest.AppendData(part.Span);
            await Channel.SendAsync(PayloadType.Output, part, cancellationToken).ConfigureAwait(false);
            left -= part.Length;
        }

        await SendDigestAsync(PayloadType.StandardError, "", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>SplitMix64, each number with its least byte first.</summary>
    private static void Fill(Span<byte> buffer, ref ulong state)
    {
        for (var i = 0; i < buffer.Length; i += sizeof(ulong))
        {
            state += 0x9E3779B97F4A7C15;
            var value = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            BinaryPrimitives.WriteUInt64LittleEndian(buffer[i..], value ^ (value >> 31));
        }
    }
}
