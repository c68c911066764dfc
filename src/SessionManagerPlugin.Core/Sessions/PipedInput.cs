using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Core.DataChannels;
using SessionManagerPlugin.Core.Diagnostics;
using SessionManagerPlugin.Core.Errors;
using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Core.Sessions;

/// <summary>
/// Input from a pipe or a file: bytes that mean nothing to us. While the window is full the source is not read.
/// </summary>
internal sealed class PipedInput : IShellInput
{
    private const int ReadSize = 64 * 1024;

    private readonly DataChannel _channel;
    private readonly ITerminal _terminal;
    private readonly TimeSpan _gatherFor;
    private readonly ILogger _logger;

    public PipedInput(DataChannel channel, ITerminal terminal, TimeSpan gatherFor, ILogger logger)
    {
        _channel = channel;
        _terminal = terminal;
        _gatherFor = gatherFor;
        _logger = logger;
    }

    public async Task<ShellEnd> RunAsync(CancellationToken cancellationToken)
    {
        // A pipe gives up to 64 KiB at once. To take them in one read and copy them into messages costs a fraction of what a read, and a
        // change of threads, for every message does.
        var buffer = new byte[ReadSize];
        while (true)
        {
            var count = await ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                Log.InputEnded(_logger);
                return ShellEnd.InputEnded;
            }

            for (var sent = 0; sent < count;)
            {
                var message = _channel.Rent();
                var length = Math.Min(message.Payload.Length, count - sent);
                buffer.AsMemory(sent, length).CopyTo(message.Payload);
                await _channel.SendAsync(PayloadType.Output, message, length, cancellationToken).ConfigureAwait(false);
                sent += length;
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await _terminal.ReadAsync(buffer, _gatherFor, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new SessionException(SessionErrorReason.LocalEndFailed, $"Standard input cannot be read: {e.Message}.", e);
        }
    }
}
