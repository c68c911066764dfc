using BenchmarkDotNet.Attributes;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Benchmarks.Protocol.Messages;

/// <summary>
/// What every message of a session costs before it reaches a socket: one of data with the payload size that all agents send, and its
/// acknowledgement. None of them may allocate.
/// </summary>
[MemoryDiagnoser]
public class ClientMessageBenchmarks
{
    private const int PayloadSize = 1024;

    private static readonly ClientMessageHeader Header = new(
        MessageType.OutputStreamData,
        SequenceNumber: 4711,
        MessageFlags.None,
        new Guid("1f977c68-cf75-489e-a746-2e038c89dda3"),
        CreatedDate: 1_795_151_558_129,
        PayloadType.Output);

    private readonly byte[] _message = new byte[ClientMessageWriter.MessageSize(PayloadSize)];
    private readonly byte[] _destination = new byte[ClientMessageWriter.MessageSize(PayloadSize)];
    private readonly byte[] _acknowledgementBuffer = new byte[Acknowledgement.MaxSize];
    private Acknowledgement _acknowledgement;
    private byte[] _acknowledgementPayload = [];

    [GlobalSetup]
    public void SetUp()
    {
        new Random(1).NextBytes(_message.AsSpan(ClientMessageLayout.PayloadOffset));
        ClientMessageWriter.WriteHeader(_message, Header);
        _message.CopyTo(_destination, 0);

        _acknowledgement = new Acknowledgement(Header.MessageType, Header.MessageId, Header.SequenceNumber);
        _acknowledgementPayload = _acknowledgementBuffer[.._acknowledgement.Write(_acknowledgementBuffer)];
    }

    [Benchmark]
    public long Decode()
    {
        _ = ClientMessageReader.Read(_message, out var message);
        return message.SequenceNumber + message.Payload.Length;
    }

    [Benchmark]
    public int Encode()
    {
        ClientMessageWriter.WriteHeader(_destination, Header);
        return _destination.Length;
    }

    [Benchmark]
    public long ReadAcknowledgement()
    {
        _ = Acknowledgement.TryRead(_acknowledgementPayload, out var acknowledgement);
        return acknowledgement.SequenceNumber;
    }

    [Benchmark]
    public int WriteAcknowledgement() => _acknowledgement.Write(_acknowledgementBuffer);
}
