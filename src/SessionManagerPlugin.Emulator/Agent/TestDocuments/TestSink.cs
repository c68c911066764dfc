using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Emulator.Agent.TestDocuments;

/// <summary><c>Test-Sink</c>: takes so many bytes of input, and then says which. What comes behind them is ignored.</summary>
internal sealed class TestSink : TestWork
{
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _bytes;
    private long _left;

    internal TestSink(AgentDataChannel channel, long bytes)
        : base(channel)
    {
        _bytes = bytes;
        _left = bytes;
        EndWhenTaken();
    }

    /// <inheritdoc/>
    internal override async Task RunAsync(CancellationToken cancellationToken)
    {
        await _taken.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        await SendDigestAsync(PayloadType.Output, $" bytes={_bytes}", cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    internal override ValueTask TakeAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        if (_left > 0)
        {
            var counted = input.Span[..(int)Math.Min(_left, input.Length)];
            Digest.AppendData(counted);
            _left -= counted.Length;
            EndWhenTaken();
        }

        return ValueTask.CompletedTask;
    }

    private void EndWhenTaken()
    {
        if (_left == 0)
        {
            _taken.TrySetResult();
        }
    }
}
