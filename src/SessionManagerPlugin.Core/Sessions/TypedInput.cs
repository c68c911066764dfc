using System.Runtime.CompilerServices;
using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Core.DataChannels;
using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Core.Sessions;

/// <summary>
/// Input from a terminal. It is read into a buffer of its own and sent from there, so that a session whose connection is away is still
/// listened to: what is typed meanwhile is kept, and the escape that ends the session is heard.
/// </summary>
internal sealed class TypedInput : IShellInput
{
    // More than anybody types during an outage; a paste beyond it waits in the terminal.
    private const int BufferSize = 64 * 1024;
    private const int ReadSize = 4096;

    private readonly DataChannel _channel;
    private readonly ITerminal _terminal;
    private readonly ISessionObserver _observer;
    private readonly TimeSpan _gatherFor;
    private readonly EscapeFilter _escapes = new();
    private readonly PayloadPipe _typed = new(BufferSize);

    public TypedInput(DataChannel channel, ITerminal terminal, ISessionObserver observer, TimeSpan gatherFor)
    {
        _channel = channel;
        _terminal = terminal;
        _observer = observer;
        _gatherFor = gatherFor;
    }

    public async Task<ShellEnd> RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = ReadLoopAsync(stop.Token);
        var sending = SendLoopAsync(stop.Token);
        try
        {
            await (await Task.WhenAny(reading, sending).ConfigureAwait(false)).ConfigureAwait(false);
            return await reading.ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(reading, sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<ShellEnd> ReadLoopAsync(CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(static state => ((PayloadPipe)state!).WakeWriter(), _typed);
        await using (registration.ConfigureAwait(false))
        {
            // What is read lies behind the place of the tilde that may have been held back: it is filtered in place.
            var buffer = new byte[EscapeFilter.MaxHeldBack + ReadSize];
            while (true)
            {
                var count = await ReadAsync(buffer.AsMemory(EscapeFilter.MaxHeldBack), cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    return ShellEnd.TerminalGone;
                }

                var length = _escapes.Filter(buffer.AsSpan(EscapeFilter.MaxHeldBack, count), buffer, out var request);
                if (request == EscapeRequest.End)
                {
                    return ShellEnd.EndedByUser;
                }

                if (request == EscapeRequest.Help)
                {
                    _observer.OnEscapeHelp();
                }

                await KeepAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads from the terminal. One that cannot be read is gone, as one that has ended.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await _terminal.ReadAsync(buffer, _gatherFor, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask KeepAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            bytes = bytes[_typed.Write(PayloadType.Output, bytes.Span)..];
            if (bytes.IsEmpty)
            {
                return;
            }

            await _typed.WaitForRoomAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task SendLoopAsync(CancellationToken cancellationToken)
    {
        while (await _typed.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (_typed.TryRead(out var type, out var bytes))
            {
                var message = _channel.Rent();
                var length = Math.Min(bytes.Length, message.Payload.Length);
                bytes[..length].CopyTo(message.Payload);
                _typed.Advance(length);
                await _channel.SendAsync(type, message, length, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
