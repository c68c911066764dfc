using SessionManagerPlugin.Core.DataChannels;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Tests.Core.DataChannels;

public class AcknowledgementQueueTests
{
    [Fact]
    public void Acknowledgements_leave_in_order_and_are_bounded()
    {
        var queue = new AcknowledgementQueue();
        var random = new Random(1);
        var model = new Queue<Acknowledgement>();
        var isFullSeen = false;
        for (var step = 0; step < 50_000; step++)
        {
            // Long stretches of one kind fill and drain it.
            if (random.Next(10) < (step / 8000 % 2 == 0 ? 9 : 1))
            {
                var acknowledgement = new Acknowledgement(MessageType.OutputStreamData, Guid.NewGuid(), step);
                if (queue.TryEnqueue(acknowledgement))
                {
                    model.Enqueue(acknowledgement);
                }
                else
                {
                    isFullSeen = true;
                    Assert.Equal(4096, model.Count);
                }
            }
            else
            {
                Assert.Equal(model.TryDequeue(out var expected), queue.TryDequeue(out var actual));
                Assert.Equal(expected, actual);
            }
        }

        Assert.True(isFullSeen);
    }
}
