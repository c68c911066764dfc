using System.Threading.Channels;
using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Emulator.Agent.TestDocuments;

/// <summary><c>Test-Echo</c>: sends every input back, until it has sent so many bytes. What comes behind them is ignored.</summary>
internal sealed class TestEcho(AgentDataChannel channel, long bytes) : TestWork(channel)
{
    /// <summary>Inputs that wait to be sent back; beyond, input is not taken.</summary>
    private const int QueueCapacity = 256;

    private readonly Channel<ReadOnlyMemory<byte>> _inputs = System.Threading.Channels.Channel.CreateBounded<ReadOnlyMemory<byte>>(
        new BoundedChannelOptions(QueueCapacity) { SingleReader = true });

    /// <inheritdoc/>
    internal override async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var left = bytes; left > 0;)
        {
            var input = await _inputs.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var part = input[..(int)Math.Min(left, input.Length)];
            await Channel.SendAsync(PayloadType.Output, part, cancellationToken).ConfigureAwait(false);
            left -= part.Length;
        }

        _inputs.Writer.Complete();
        while (_inputs.Reader.TryRead(out _))
        {
            // Makes room for who waits to write, and is then told that it is over.
        }
    }

    /// <inheritdoc/>
    internal override async ValueTask TakeAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        while (await _inputs.Writer.WaitToWriteAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_inputs.Writer.TryWrite(input))
            {
                return;
            }
        }
    }
}
