using System.Text;
using System.Threading.Channels;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Tests.Core.Support;

/// <summary>
/// A connection with the test at its other end: what is sent can be awaited, what is received is the test's to say. The bytes that a
/// receive gives are spoilt by the next one, as the contract allows.
/// </summary>
internal sealed class FakeTransport : IMessageTransport
{
    private readonly Channel<object> _incoming = Channel.CreateUnbounded<object>();
    private readonly Channel<SentMessage> _sent = Channel.CreateUnbounded<SentMessage>();
    private readonly List<SentMessage> _batch = [];
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _lent = [];
    private TransportException? _writeFailure;
    private readonly TaskCompletionSource _flushBlocked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _flushGate;
    private readonly List<(int Count, TaskCompletionSource Seen)> _receiveWatchers = [];
    private int _receiveCount;

    /// <summary>Completes with the goodbye's reason.</summary>
    public Task<string> Goodbye => _closed.Task;

    public bool IsDisposed { get; private set; }

    /// <summary>Whether the far side answers a goodbye; one that is gone does not.</summary>
    public bool AnswersGoodbye { get; set; } = true;

    public TimeSpan SilentFor { get; set; }

    /// <summary>How many receives have begun.</summary>
    public int ReceiveCount
    {
        get
        {
            lock (_receiveWatchers)
            {
                return _receiveCount;
            }
        }
    }

    /// <summary>How many messages wait to be received.</summary>
    public int UnreadCount => _incoming.Reader.Count;

    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellationToken)
    {
        lock (_receiveWatchers)
        {
            _receiveCount++;
            foreach (var (_, seen) in _receiveWatchers.Where(watcher => watcher.Count <= _receiveCount))
            {
                seen.TrySetResult();
            }
        }

        _lent.AsSpan().Fill(0xEE);
        var next = await _incoming.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (next is Exception failure)
        {
            throw failure;
        }

        _lent = (byte[])next;
        return _lent;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> message, MessageKind kind)
    {
        // A write may complete later; whoever reuses the bytes before that is found out here.
        await Task.Yield();
        if (Volatile.Read(ref _writeFailure) is { } failure)
        {
            throw failure;
        }

        _batch.Add(new SentMessage(kind, message.ToArray()));
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _flushGate) is { } gate)
        {
            _flushBlocked.TrySetResult();
            await gate.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        foreach (var message in _batch)
        {
            Assert.True(_sent.Writer.TryWrite(message));
        }

        _batch.Clear();
    }

    public ValueTask CloseAsync(string reason)
    {
        _closed.TrySetResult(reason);
        if (AnswersGoodbye)
        {
            _incoming.Writer.TryWrite(new TransportException(TransportFailure.Closed, "the gateway closed the connection (code 1000)"));
        }

        return default;
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return default;
    }

    /// <summary>From now on flushes wait until the result is completed: the socket takes nothing.</summary>
    public TaskCompletionSource BlockFlushes()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _flushGate, gate);
        return gate;
    }

    /// <summary>Completes when a flush waits for the socket.</summary>
    public Task WhenFlushBlockedAsync() => _flushBlocked.Task.Soon();

    public void FailWrites(TransportException failure) => Volatile.Write(ref _writeFailure, failure);

    public void FailReads(Exception failure) => Assert.True(_incoming.Writer.TryWrite(failure));

    public void Receive(byte[] message) => Assert.True(_incoming.Writer.TryWrite(message));

    /// <summary>A message of the agent's stream.</summary>
    public Guid ReceiveStream(long sequenceNumber, PayloadType type, ReadOnlySpan<byte> payload)
    {
        var id = Guid.NewGuid();
        Receive(Message(MessageType.OutputStreamData, sequenceNumber, type, payload, id));
        return id;
    }

    public Guid ReceiveOutput(long sequenceNumber, string text) =>
        ReceiveStream(sequenceNumber, PayloadType.Output, Encoding.UTF8.GetBytes(text));

    public void ReceiveAcknowledgement(SentMessage of) => Receive(AcknowledgementOf(of));

    public void ReceiveClosed(string? output) => Receive(Closed(
        output is null ? "{\"MessageType\":\"channel_closed\",\"SchemaVersion\":1}" : $"{{\"SchemaVersion\":1,\"Output\":\"{output}\"}}"));

    /// <summary>Completes when this many receives have begun: all messages before the last of them are processed.</summary>
    public Task WhenReceivesAsync(int count)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_receiveWatchers)
        {
            _receiveWatchers.Add((count, seen));
            if (_receiveCount >= count)
            {
                seen.SetResult();
            }
        }

        return seen.Task.Soon();
    }

    public static byte[] Closed(string payload) =>
        Message(MessageType.ChannelClosed, 0, PayloadType.None, Encoding.UTF8.GetBytes(payload));

    public static byte[] AcknowledgementOf(SentMessage message)
    {
        var payload = new byte[Acknowledgement.MaxSize];
        var length = new Acknowledgement(message.Header.MessageType, message.Header.MessageId, message.Header.SequenceNumber).Write(payload);
        return Message(MessageType.Acknowledge, 0, PayloadType.None, payload.AsSpan(0, length));
    }

    public static byte[] Message(
        MessageType messageType, long sequenceNumber, PayloadType payloadType, ReadOnlySpan<byte> payload, Guid? id = null)
    {
        var flags = sequenceNumber == 0 ? MessageFlags.Syn : MessageFlags.None;
        var header = new ClientMessageHeader(messageType, sequenceNumber, flags, id ?? Guid.NewGuid(), 1_795_151_558_129, payloadType);
        var bytes = new byte[ClientMessageWriter.MessageSize(payload.Length)];
        ClientMessageWriter.Write(bytes, header, payload);
        return bytes;
    }

    /// <summary>The next message that was sent, whatever it is.</summary>
    public Task<SentMessage> NextAsync() => _sent.Reader.ReadAsync().Soon();

    /// <summary>The next message of the client's stream; what else comes before it is skipped.</summary>
    public async Task<SentMessage> NextStreamAsync()
    {
        while (true)
        {
            var next = await NextAsync();
            if (next.Header.MessageType == MessageType.InputStreamData)
            {
                return next;
            }
        }
    }

    /// <summary>The next acknowledgement; what else comes before it is skipped.</summary>
    public async Task<SentMessage> NextAcknowledgementAsync()
    {
        while (true)
        {
            var next = await NextAsync();
            if (next.IsAcknowledgement)
            {
                return next;
            }
        }
    }

    public bool TryTakeSent(out SentMessage message) => _sent.Reader.TryRead(out message!);
}
