using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Emulator.Agent.TestDocuments;

/// <summary>
/// Sessions that move bytes without a process or a terminal between, so that a test of the data channel measures nothing else. To a
/// client they are non-interactive commands.
/// </summary>
internal sealed class TestSessionKind(string sessionId, Func<AgentDataChannel, TestWork> create, ILogger logger) : ISessionKind
{
    /// <inheritdoc/>
    public string SessionType => SessionTypeName.NonInteractiveCommands;

    /// <inheritdoc/>
    public bool RequiresHandshake => true;

    /// <inheritdoc/>
    public ISessionWork Start(AgentDataChannel channel) => new Session(sessionId, create(channel), channel, logger);

    /// <summary>Runs the work, states an exit code of 0, and ends only when the client has everything: a loss is not the end's fault.</summary>
    private sealed class Session(string sessionId, TestWork work, AgentDataChannel channel, ILogger logger) : ISessionWork
    {
        /// <summary>A client that is away comes back or is given up elsewhere.</summary>
        private static readonly TimeSpan FlushTimeout = TimeSpan.FromMinutes(5);

        /// <inheritdoc/>
        public async Task RunAsync(CancellationToken cancellationToken)
        {
            await work.RunAsync(cancellationToken).ConfigureAwait(false);
            await channel.SendAsync(PayloadType.ExitCode, "EXIT_CODE: 0"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            await channel.FlushAsync(FlushTimeout, cancellationToken).ConfigureAwait(false);
        }

        /// <inheritdoc/>
        public async ValueTask HandleAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
        {
            if (type == PayloadType.Output)
            {
                await work.TakeAsync(payload, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                logger.InputIgnored(sessionId, type);
            }
        }

        /// <inheritdoc/>
        public ValueTask DisposeAsync()
        {
            work.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>What a test session does with bytes.</summary>
internal abstract class TestWork(AgentDataChannel channel) : IDisposable
{
    /// <summary>The session's channel.</summary>
    protected AgentDataChannel Channel { get; } = channel;

    /// <summary>The digest of the bytes that count.</summary>
    protected IncrementalHash Digest { get; } = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Runs until everything was moved and sent.</summary>
    internal abstract Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Takes input, in order. Waits while it cannot be taken.</summary>
    internal virtual ValueTask TakeAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        Digest.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Sends the digest and a line's rest.</summary>
    protected ValueTask SendDigestAsync(PayloadType type, string rest, CancellationToken cancellationToken)
    {
        var line = $"sha256={Convert.ToHexStringLower(Digest.GetHashAndReset())}{rest}\n";
        return Channel.SendAsync(type, Encoding.ASCII.GetBytes(line), cancellationToken);
    }
}
