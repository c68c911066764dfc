using System.Text;
using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Emulator.Pty;
using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Emulator.Agent;

/// <summary>A command without a terminal: its output, its errors and its exit code go to the client, each as its own payload type.</summary>
internal sealed class CommandSession(string sessionId, AgentDataChannel channel, PipeProcess process, ILogger logger) : ISessionWork
{
    private const byte ControlC = 0x03;
    private const byte ControlBackslash = 0x1C;

    /// <summary>What the agent states of a command that a signal ended.</summary>
    private const int KilledExitCode = -1;

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        logger.ProcessStarted(sessionId, process.ProcessId);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var output = PumpAsync(process.Output, PayloadType.Output, stop);
        var errors = PumpAsync(process.Error, PayloadType.StandardError, stop);
        await Task.WhenAll(output, errors).ConfigureAwait(false);

        var status = await process.Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
        logger.ProcessExited(sessionId, process.ProcessId, status);
        var text = $"EXIT_CODE: {status.ExitCode ?? KilledExitCode}";
        await channel.SendAsync(PayloadType.ExitCode, Encoding.ASCII.GetBytes(text), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask HandleAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (type != PayloadType.Output)
        {
            logger.InputIgnored(sessionId, type);
            return ValueTask.CompletedTask;
        }

        // The command reads nothing: of all that is typed, only what a terminal would make a signal of counts. The agent signals the
        // command's process; here it is the group, since a shell stands between.
        var control = payload.Span.IndexOfAny(ControlC, ControlBackslash);
        if (control >= 0)
        {
            process.Signal(payload.Span[control] == ControlC ? LibC.SignalInterrupt : LibC.SignalQuit);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => process.DisposeAsync();

    private async Task PumpAsync(AsyncDescriptor source, PayloadType type, CancellationTokenSource stop)
    {
        try
        {
            var buffer = new byte[AgentDataChannel.ReadSize];
            int count;
            while ((count = await source.ReadAsync(buffer, stop.Token).ConfigureAwait(false)) > 0)
            {
                await channel.SendAsync(type, buffer.AsMemory(0, count), stop.Token).ConfigureAwait(false);
            }
        }
        catch
        {
            // The other pump would go on until the command ends.
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}
