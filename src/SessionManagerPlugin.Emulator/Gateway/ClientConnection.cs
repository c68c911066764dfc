using System.Net.Sockets;
using System.Net.WebSockets;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Emulator.Agent;
using SessionManagerPlugin.Emulator.Faults;
using SessionManagerPlugin.Protocol.Messages;

namespace SessionManagerPlugin.Emulator.Gateway;

/// <summary>One client's open WebSocket: one task writes what is queued, one reads.</summary>
/// <remarks>
/// <code>
///   agent --SendAsync--> queue ------- [line] ------> several messages in a write --> client
///   agent &lt;-- receive &lt;-- parsed &lt;-- [line] &lt;-------------------------- read &lt;-- client
/// </code>
/// The lines are there when messages have faults or take time; each has a task of its own at its far end.
/// </remarks>
internal sealed class ClientConnection : IFaultyConnection, IDisposable
{
    /// <summary>The largest message that the gateway takes.</summary>
    internal const int MaxMessageSize = 1024 * 1024;

    /// <summary>Messages that wait to be written: enough to keep the socket busy, few enough that a slow client is felt by the agent.</summary>
    private const int QueueCapacity = 256;

    /// <summary>From here on a write to the socket is not made larger.</summary>
    private const int BatchSize = 64 * 1024;

    /// <summary>How long the last messages and the closing handshake may take: as long as the agent waits for its last output.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly string _sessionId;
    private readonly WebSocket _socket;
    private readonly BufferedConnection _connection;
    private readonly ConnectionFaults _faults;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<ReadOnlyMemory<byte>> _queue = Channel.CreateBounded<ReadOnlyMemory<byte>>(
        new BoundedChannelOptions(QueueCapacity) { SingleReader = true });

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Closing? _closing;
    private ITimer? _closeTimer;
    private bool _isDisposed;

    internal ClientConnection(
        string sessionId,
        WebSocket socket,
        BufferedConnection connection,
        ConnectionFaults faults,
        TimeProvider time,
        ILogger logger)
    {
        _sessionId = sessionId;
        _socket = socket;
        _connection = connection;
        _faults = faults;
        _time = time;
        _logger = logger;
    }

    /// <summary>Queues a message when there is room for it and the connection is not ending.</summary>
    internal bool TrySend(ReadOnlyMemory<byte> message) => _queue.Writer.TryWrite(message);

    /// <summary>Queues a message. It is lost when the connection is ending. Waits while the client is slow to read.</summary>
    internal async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        if (TrySend(message))
        {
            return;
        }

        while (await _queue.Writer.WaitToWriteAsync(cancellationToken).ConfigureAwait(false))
        {
            if (TrySend(message))
            {
                return;
            }
        }
    }

    /// <summary>
    /// Ends the connection: what is queued is sent, then a last message, then the closing handshake; all of it within five seconds. The
    /// first call counts.
    /// </summary>
    internal void Close(WebSocketCloseStatus status, string reason, ReadOnlyMemory<byte>? lastMessage = null)
    {
        lock (_gate)
        {
            if (_closing is not null)
            {
                return;
            }

            _closing = new Closing(status, reason, lastMessage);
            _closeTimer = _time.CreateTimer(static state => ((ClientConnection)state!).Abort(), this, CloseTimeout, Timeout.InfiniteTimeSpan);
        }

        _queue.Writer.TryComplete();
    }

    /// <summary>Ends the connection at once, without a word.</summary>
    internal void Abort()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _stop.Cancel();
        }

        // Reads and writes of the socket are not cancelled one by one: that would cost each of them a registration.
        _socket.Abort();
    }

    /// <inheritdoc/>
    public void Cut()
    {
        _connection.Reset();
        Abort();
    }

    /// <inheritdoc/>
    public void SayBye() => Close(WebSocketCloseStatus.NormalClosure, "Bye");

    /// <inheritdoc/>
    public void Freeze() => _connection.Freeze();

    /// <inheritdoc/>
    public void Thaw() => _connection.Thaw();

    /// <summary>Serves the connection to its end.</summary>
    /// <param name="receive">Takes every message of the client. While it waits, nothing is read.</param>
    /// <param name="cancellationToken">Aborts the connection.</param>
    /// <returns>Why it ended, for the log.</returns>
    internal async Task<string> RunAsync(
        Func<ReceivedMessage, CancellationToken, ValueTask> receive,
        CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(static state => ((ClientConnection)state!).Abort(), this)
            .ConfigureAwait(false);
        _faults.Start(this);
        List<Task<string?>> others = [EndAsync(WriteAsync(_faults.Down ?? _queue.Reader))];
        if (_faults.Down is { } down)
        {
            others.Add(EndAsync(EnterAsync(down)));
        }

        var delivering = _faults.Up is { } up ? EndAsync(DeliverAsync(up, receive)) : Task.FromResult<string?>(null);
        string? reason;
        try
        {
            reason = await EndAsync(ReadAsync(receive)).ConfigureAwait(false);

            // What the client sent before its goodbye still arrives.
            _faults.Up?.Complete();
            reason ??= await delivering.ConfigureAwait(false);
        }
        finally
        {
            // Nobody is there to write to, or the client said goodbye and is answered.
            Close(WebSocketCloseStatus.NormalClosure, "");
            await Task.WhenAll([.. others, delivering]).ConfigureAwait(false);
        }

        foreach (var other in others)
        {
            reason ??= await other.ConfigureAwait(false);
        }

        return reason ?? $"closed with {_socket.CloseStatus}";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _closeTimer?.Dispose();
        }

        _stop.Dispose();
        _socket.Dispose();
    }

    /// <summary>Waits for one direction. Why it broke, when it broke in a way that connections break in.</summary>
    private async Task<string?> EndAsync(Task direction)
    {
        try
        {
            await direction.ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (IsEnd(e))
        {
            // Either direction's fault is the whole connection's.
            var reason = _stop.IsCancellationRequested ? "aborted" : e.Message;
            Abort();
            return reason;
        }
        catch
        {
            Abort();
            throw;
        }

        bool IsEnd(Exception e) => e is WebSocketException or IOException
            || (e is OperationCanceledException or ObjectDisposedException or SocketException && _stop.IsCancellationRequested);
    }

    /// <summary>Writes messages as they come, several at a time, and at the end says goodbye.</summary>
    /// <param name="messages">The queue, or the line behind it.</param>
    private async Task WriteAsync(ChannelReader<ReadOnlyMemory<byte>> messages)
    {
        while (await messages.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
        {
            _connection.Cork();
            for (var size = 0; size < BatchSize && messages.TryRead(out var message); size += message.Length)
            {
                await WriteAsync(message).ConfigureAwait(false);
            }

            await _connection.UncorkAsync(CancellationToken.None).ConfigureAwait(false);
        }

        if (_faults.Down is null && _closing!.LastMessage is { } last && _socket.State == WebSocketState.Open)
        {
            await WriteAsync(last).ConfigureAwait(false);
        }

        if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            await _socket.CloseOutputAsync(_closing!.Status, _closing.Reason, _stop.Token).ConfigureAwait(false);
        }
    }

    private ValueTask WriteAsync(ReadOnlyMemory<byte> message)
    {
        _faults.CountMessage();
        return _socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
    }

    /// <summary>Carries the queue to the line, and the last message behind it.</summary>
    private async Task EnterAsync(ImpairedLine line)
    {
        await foreach (var message in _queue.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
        {
            await line.EnterAsync(message, isExempt: false, _stop.Token).ConfigureAwait(false);
        }

        if (_closing!.LastMessage is { } last)
        {
            await line.EnterAsync(last, isExempt: true, _stop.Token).ConfigureAwait(false);
        }

        line.Complete();
    }

    private async Task ReadAsync(Func<ReceivedMessage, CancellationToken, ValueTask> receive)
    {
        var reader = new WebSocketReader(_socket, MaxMessageSize);
        while (true)
        {
            var (type, bytes) = await reader.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            if (type == WebSocketMessageType.Close)
            {
                return;
            }

            _faults.CountMessage();
            if (bytes is not { } message)
            {
                Close(WebSocketCloseStatus.MessageTooBig, $"A message is longer than {MaxMessageSize} bytes.");
            }
            else if (_closing is not null)
            {
                // Read on, or the client's close would not be seen, but nothing counts any more.
            }
            else if (type == WebSocketMessageType.Text)
            {
                _logger.TextDropped(_sessionId, message.Length);
            }
            else if (_faults.Up is { } line)
            {
                await line.EnterAsync(message.ToArray(), isExempt: false, _stop.Token).ConfigureAwait(false);
            }
            else if (TryParse(message, out var received))
            {
                await receive(received!, _stop.Token).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Hands on what arrives at the far end of the client's line.</summary>
    private async Task DeliverAsync(ImpairedLine line, Func<ReceivedMessage, CancellationToken, ValueTask> receive)
    {
        await foreach (var message in line.ReadAllAsync(_stop.Token).ConfigureAwait(false))
        {
            if (_closing is null && TryParse(message, out var received))
            {
                await receive(received!, _stop.Token).ConfigureAwait(false);
            }
        }
    }

    private bool TryParse(ReadOnlyMemory<byte> bytes, out ReceivedMessage? received)
    {
        var error = ClientMessageReader.Read(bytes.Span, out var message);
        if (error != ClientMessageError.None)
        {
            _logger.MalformedMessage(_sessionId, bytes.Length, error);
            received = null;
            return false;
        }

        received = new ReceivedMessage(message.Header, message.Payload.ToArray());
        return true;
    }

    private sealed record Closing(WebSocketCloseStatus Status, string Reason, ReadOnlyMemory<byte>? LastMessage);
}
