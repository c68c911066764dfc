using System.Runtime.CompilerServices;
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
    private readonly IShellInput _input;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AsyncSignal _terminalChanged = new();
    private readonly ControlKeys _controlKeys = new();
    private readonly ExitCodeReader _exitCode = new();

    public ShellSession(
        DataChannel channel, ITerminal terminal, ISessionObserver observer, ShellOptions options, TimeProvider time, ILogger logger)
    {
        _channel = channel;
        _terminal = terminal;
        var gatherFor = options.Coalescing switch
        {
            InputCoalescing.On => options.CoalescingDelay,
            InputCoalescing.Auto when !terminal.IsInputTerminal => options.CoalescingDelay,
            _ => TimeSpan.Zero,
        };
        _input = terminal.IsInputTerminal
            ? new TypedInput(channel, terminal, observer, gatherFor)
            : new PipedInput(channel, terminal, gatherFor, logger);
        _time = time;
        _logger = logger;
    }

    /// <summary>The remote command's exit status, once the agent has told it.</summary>
    public int? RemoteExitCode => _exitCode.Value;

    /// <summary>Runs the session until the far side's output ends, the terminal is gone or the user ends it.</summary>
    /// <returns>Which of them; never <see cref="ShellEnd.InputEnded"/>, with which the session goes on.</returns>
    /// <exception cref="SessionException">Input or output failed.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<ShellEnd> RunAsync(SessionStart start, CancellationToken cancellationToken)
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
        var reading = _input.RunAsync(stop.Token);
        try
        {
            var first = await Task.WhenAny(writing, watching, reading).ConfigureAwait(false);
            if (first == reading)
            {
                var end = await reading.ConfigureAwait(false);
                if (end != ShellEnd.InputEnded)
                {
                    return end;
                }

                first = await Task.WhenAny(writing, watching).ConfigureAwait(false);
            }

            await first.ConfigureAwait(false);
            return ShellEnd.OutputEnded;
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

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
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
