using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Core.DataChannels;
using SessionManagerPlugin.Core.Diagnostics;
using SessionManagerPlugin.Core.Errors;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Core.Threading;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Core.Sessions;

/// <summary>
/// A shell session: the local terminal, or pipes in its place, and the far shell. Three tasks that <see cref="RunAsync"/> owns: output
/// comes up, input goes down, and the terminal's size and control keys go down.
/// </summary>
internal sealed class ShellSession
{
    /// <summary>What is sent as the size without a terminal, as the public client does: wide enough that nothing wraps.</summary>
    private static readonly TerminalSize SizeWithoutTerminal = new(300, 100);

    /// <summary>How often the size is looked at, beside the signal: some terminals change without one.</summary>
    private static readonly TimeSpan SizeInterval = TimeSpan.FromMilliseconds(500);

    private readonly DataChannel _channel;
    private readonly ITerminal _terminal;
    private readonly DataChannelOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AsyncSignal _terminalChanged = new();
    private readonly ControlKeys _controlKeys = new();
    private readonly ExitCodeReader _exitCode = new();

    public ShellSession(
        DataChannel channel, ITerminal terminal, DataChannelOptions options, TimeProvider time, ILogger logger)
    {
        _channel = channel;
        _terminal = terminal;
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>The remote command's exit status, once the agent has told it.</summary>
    public int? RemoteExitCode => _exitCode.Value;

    /// <summary>Runs the session until the far side's output ends or the terminal is gone.</summary>
    /// <returns>False when the terminal is gone.</returns>
    /// <exception cref="SessionException">Input or output failed.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<bool> RunAsync(SessionStart start, CancellationToken cancellationToken)
    {
        // Without a pseudo-terminal at the far side nobody else puts a carriage return in front of a line feed.
        var output = start.SessionType == SessionTypeName.NonInteractiveCommands
            ? RawOutput.LineFeedsTranslated
            : RawOutput.Untouched;
        using var raw = _terminal.EnterRawMode(output);
        using var listening = _terminal.Listen(
            _terminalChanged.Set,
            key =>
            {
                _controlKeys.Add(key);
                _terminalChanged.Set();
            });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        var writing = WriteOutputAsync(stop.Token);
        var watching = WatchTerminalAsync(stop.Token);
        var reading = ReadInputAsync(stop.Token);
        try
        {
            // The end of piped input is not the end of the session; a terminal's end is.
            var first = await Task.WhenAny(writing, watching, reading).ConfigureAwait(false);
            if (first == reading && await reading.ConfigureAwait(false))
            {
                first = await Task.WhenAny(writing, watching).ConfigureAwait(false);
            }

            await first.ConfigureAwait(false);
            return first == writing;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(writing, watching, reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Writes what the far side sends, until it ends.</summary>
    private async Task WriteOutputAsync(CancellationToken cancellationToken)
    {
        var received = _channel.Received;
        while (await received.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (received.TryRead(out var type, out var bytes))
            {
                if (type == PayloadType.ExitCode)
                {
                    _exitCode.Append(bytes.Span);
                }

                await WriteAsync(type, bytes, cancellationToken).ConfigureAwait(false);
                received.Advance(bytes.Length);
            }
        }
    }

    private async ValueTask WriteAsync(PayloadType type, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            if (type == PayloadType.StandardError)
            {
                await _terminal.WriteErrorAsync(bytes, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await _terminal.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (IOException e)
        {
            throw new SessionException(
                SessionErrorReason.LocalEndFailed, $"The session's output cannot be written: {e.Message}.", e);
        }
    }

    /// <summary>Sends what is typed. True at the end of piped input; false when the terminal is gone.</summary>
    private async Task<bool> ReadInputAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[_options.PayloadSize];
        while (true)
        {
            int count;
            try
            {
                count = await _terminal.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException e)
            {
                if (_terminal.IsInputTerminal)
                {
                    return false;
                }

                throw new SessionException(
                    SessionErrorReason.LocalEndFailed, $"Standard input cannot be read: {e.Message}.", e);
            }

            if (count == 0)
            {
                if (_terminal.IsInputTerminal)
                {
                    return false;
                }

                Log.InputEnded(_logger);
                return true;
            }

            await _channel.SendAsync(PayloadType.Output, buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends the size at the start and whenever it has changed, and the control keys that came as signals.</summary>
    private async Task WatchTerminalAsync(CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(static state => ((AsyncSignal)state!).Set(), _terminalChanged);
        await using (registration.ConfigureAwait(false))
        {
            var timer = _time.CreateTimer(
                static state => ((AsyncSignal)state!).Set(), _terminalChanged, SizeInterval, SizeInterval);
            await using (timer.ConfigureAwait(false))
            {
                TerminalSize? sent = null;
                while (true)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var size = _terminal.GetSize() ?? SizeWithoutTerminal;
                    if (size != sent && TrySendSize(size))
                    {
                        sent = size;
                    }

                    SendControlKeys();
                    await _terminalChanged.WaitAsync().ConfigureAwait(false);
                }
            }
        }
    }

    private bool TrySendSize(TerminalSize size)
    {
        // No room only after minutes without an acknowledgement; the next look tries again.
        if (!_channel.TrySend(PayloadType.Size, PayloadJson.Write(size, PayloadJson.TerminalSize)))
        {
            return false;
        }

        Log.TerminalSize(_logger, size.Columns, size.Rows);
        return true;
    }

    private void SendControlKeys()
    {
        while (_controlKeys.TryPeek(out var key) && _channel.TrySend(PayloadType.Output, [key]))
        {
            _controlKeys.RemoveFirst();
        }
    }
}
