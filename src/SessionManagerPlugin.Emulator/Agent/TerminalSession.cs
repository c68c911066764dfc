using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Emulator.Pty;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Emulator.Agent;

/// <summary>A process on a pseudo-terminal, typed at by the client and read by it.</summary>
internal sealed class TerminalSession(string sessionId, AgentDataChannel channel, PtyProcess process, ILogger logger) : ISessionWork
{
    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        logger.ProcessStarted(sessionId, process.ProcessId);
        var buffer = new byte[AgentDataChannel.ReadSize];
        int count;
        while ((count = await process.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            await channel.SendAsync(PayloadType.Output, buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        }

        var status = await process.Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
        logger.ProcessExited(sessionId, process.ProcessId, status);
    }

    /// <inheritdoc/>
    public async ValueTask HandleAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        switch (type)
        {
            case PayloadType.Output:
                await process.WriteAsync(payload, cancellationToken).ConfigureAwait(false);
                break;

            case PayloadType.Size:
                Resize(payload.Span);
                break;

            case PayloadType.Flag when SessionFlagPayload.TryRead(payload.Span, out var flag):
                // A shell of the agent takes no flag, not even the one that ends the session: the client calls the API for that.
                logger.FlagIgnored(sessionId, flag);
                break;

            default:
                logger.InputIgnored(sessionId, type);
                break;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => process.DisposeAsync();

    private void Resize(ReadOnlySpan<byte> payload)
    {
        if (PayloadJson.TryRead(payload, PayloadJson.TerminalSize, out var size, out var error))
        {
            process.Resize(size);
        }
        else
        {
            logger.MalformedPayload(sessionId, "size", error);
        }
    }
}
