using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;
using SessionManagerPlugin.Protocol.Reliability;
using SessionManagerPlugin.Tests.Protocol.Messages;

namespace SessionManagerPlugin.Tests.Protocol;

/// <summary>What is done for every message leaves nothing for the garbage collector: a long transfer does not stutter.</summary>
public class AllocationTests
{
    private const int Repetitions = 1000;

    [Fact]
    public void Reading_a_message_allocates_nothing()
    {
        var bytes = TestMessage.Write(new byte[1024]);

        Assert.Equal(0, AllocatedBy(() => ClientMessageReader.Read(bytes, out _)));
    }

    [Fact]
    public void Refusing_a_message_allocates_nothing()
    {
        var bytes = TestMessage.Write(new byte[1024]);
        bytes[^1] ^= 1;

        Assert.Equal(0, AllocatedBy(() => ClientMessageReader.Read(bytes, out _)));
    }

    [Fact]
    public void Writing_a_message_allocates_nothing()
    {
        var bytes = TestMessage.Write(new byte[1024]);

        Assert.Equal(0, AllocatedBy(() => ClientMessageWriter.WriteHeader(bytes, TestMessage.Header)));
    }

    [Fact]
    public void Reading_an_acknowledgement_allocates_nothing()
    {
        var payload = Vector.All.First(vector => vector.MessageType == "acknowledge").Payload;

        Assert.Equal(0, AllocatedBy(() => Acknowledgement.TryRead(payload, out _)));
    }

    [Fact]
    public void Writing_an_acknowledgement_allocates_nothing()
    {
        var buffer = new byte[Acknowledgement.MaxSize];
        var acknowledgement = new Acknowledgement(MessageType.OutputStreamData, TestMessage.Header.MessageId, long.MaxValue);

        Assert.Equal(0, AllocatedBy(() => acknowledgement.Write(buffer)));
    }

    [Fact]
    public void A_message_through_the_send_window_allocates_nothing()
    {
        var window = new SendWindow<byte[]>(16, 16_384, TimeSpan.FromMinutes(5));
        byte[] message = [1];

        Assert.Equal(
            0,
            AllocatedBy(() =>
            {
                window.Add(message, message.Length);
                window.TrySendNext(TimeSpan.Zero, out _);
                window.TryResendNext(TimeSpan.Zero, out _, out _);
                window.Acknowledge(window.NextSequenceNumber - 1, TimeSpan.Zero, out _);
            }));
    }

    private static long AllocatedBy(Action action)
    {
        for (var i = 0; i < Repetitions; i++)
        {
            action();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Repetitions; i++)
        {
            action();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
