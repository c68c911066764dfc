using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;
using SessionManagerPlugin.Core.Diagnostics;
using SessionManagerPlugin.Core.Options;

namespace SessionManagerPlugin.Core.Transport;

/// <summary>One WebSocket as a transport of whole messages.</summary>
/// <remarks>It owns the socket and everything below it.</remarks>
internal sealed class WebSocketTransport : IMessageTransport
{
    // One message of an agent fits; the buffer grows for larger ones and is kept.
    private const int InitialReceiveBufferSize = 8 * 1024;

    private readonly WebSocket _socket;
    private readonly BatchingStream _stream;
    private readonly TransportOptions _options;
    private readonly string _host;
    private readonly TimeProvider _time;
    private readonly IDisposable _owned;
    private byte[] _receiveBuffer;

    /// <summary>A transport over an open WebSocket.</summary>
    /// <param name="socket">The open WebSocket.</param>
    /// <param name="stream">The stream that the WebSocket writes to.</param>
    /// <param name="host">Who is at the other end, for messages.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="time">The clock of the close's time limit.</param>
    /// <param name="owned">What the socket stands on; disposed after it.</param>
    public WebSocketTransport(
        WebSocket socket, BatchingStream stream, string host, TransportOptions options, TimeProvider time, IDisposable owned)
    {
        _socket = socket;
        _stream = stream;
        _host = host;
        _options = options;
        _time = time;
        _owned = owned;
        _receiveBuffer = new byte[Math.Min(InitialReceiveBufferSize, LargestReceiveBuffer)];
    }

    // One byte above the largest message: whether that was its end is known only by reading on.
    private long LargestReceiveBuffer => Math.Min(_options.MaxMessageSize + 1L, Array.MaxLength);

    public TimeSpan SilentFor => _stream.SilentFor;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellationToken)
    {
        var length = 0;
        while (true)
        {
            if (length == _receiveBuffer.Length)
            {
                Array.Resize(ref _receiveBuffer, (int)Math.Min(_receiveBuffer.Length * 2L, LargestReceiveBuffer));
            }

            var result = await ReceivePartAsync(_receiveBuffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                throw Closed();
            }

            length += result.Count;
            if (length > _options.MaxMessageSize)
            {
                throw TooLarge();
            }

            if (result.EndOfMessage)
            {
                return _receiveBuffer.AsMemory(0, length);
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> message, MessageKind kind)
    {
        _stream.Cork();
        try
        {
            // No token: the write goes to the batch, and a WebSocket whose send was cancelled half-way is of no further use anyway.
            await _socket.SendAsync(
                message,
                kind == MessageKind.Text ? WebSocketMessageType.Text : WebSocketMessageType.Binary,
                WebSocketMessageFlags.EndOfMessage,
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (
            e is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // Cancelled by nobody here: it is how the WebSocket says that a failure elsewhere has aborted it.
            throw Lost(e);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _stream.UncorkAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException || IsAbort(e, cancellationToken))
        {
            throw Lost(e);
        }
    }

    public async ValueTask CloseAsync(string reason)
    {
        if (_socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        using var limit = new CancellationTokenSource(_options.CloseTimeout, _time);
        try
        {
            await _stream.UncorkAsync(limit.Token).ConfigureAwait(false);
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, reason, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // A goodbye that does not reach a peer who is gone is no failure of ours; dispose ends the connection either way.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _stream.DisposeAsync().ConfigureAwait(false);
        _owned.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ValueWebSocketReceiveResult> ReceivePartAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await _socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException || IsAbort(e, cancellationToken))
        {
            throw Lost(e);
        }
    }

    private TransportException TooLarge() => new(
        TransportFailure.MessageTooLarge,
        $"{_host} sent a message of more than {_options.MaxMessageSize} bytes, which no agent does");

    /// <summary>A cancellation that the caller did not ask for: the WebSocket was aborted by a failure elsewhere.</summary>
    private static bool IsAbort(Exception e, CancellationToken cancellationToken) =>
        e is OperationCanceledException && !cancellationToken.IsCancellationRequested;

    private TransportException Closed()
    {
        var status = _socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure;
        var text = new StringBuilder($"{_host} closed the connection (code {(int)status}");
        if (!string.IsNullOrEmpty(_socket.CloseStatusDescription))
        {
            text.Append(", \"").Append(Printable.OneLine(_socket.CloseStatusDescription)).Append('"');
        }

        text.Append(')');
        return new TransportException(
            status == WebSocketCloseStatus.PolicyViolation ? TransportFailure.Refused : TransportFailure.Closed,
            text.ToString());
    }

    private TransportException Lost(Exception cause) =>
        new(TransportFailure.Lost, $"The connection to {_host} broke: {FailureText.Of(cause)}", cause);
}
