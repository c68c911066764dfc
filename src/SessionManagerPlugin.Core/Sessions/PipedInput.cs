using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Core.DataChannels;
using SessionManagerPlugin.Core.Diagnostics;
using SessionManagerPlugin.Core.Errors;
using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Core.Sessions;

/// <summary>
/// Input from a pipe or a file: bytes that mean nothing to us, read straight into the message that carries them. While the window is full
/// the source is not read.
/// </summary>
internal sealed class PipedInput : IShellInput
{
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
        while (true)
        {
            var message = _channel.Rent();
            var length = await ReadAsync(message, cancellationToken).ConfigureAwait(false);
            if (length == 0)
            {
                _channel.Return(message);
                Log.InputEnded(_logger);
                return ShellEnd.InputEnded;
            }

            await _channel.SendAsync(PayloadType.Output, message, length, cancellationToken).ConfigureAwait(false);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return await _terminal.ReadAsync(message.Payload, _gatherFor, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new SessionException(SessionErrorReason.LocalEndFailed, $"Standard input cannot be read: {e.Message}.", e);
        }
    }
}
