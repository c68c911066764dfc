using SessionManagerPlugin.Core.DataChannels;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Tests.Core.DataChannels;

public class AcknowledgementQueueTests
{
    [Fact]
    public void Acknowledgements_leave_in_order_and_none_is_left_out_that_an_agent_can_wait_for()
    {
        var queue = new AcknowledgementQueue();
        var random = new Random(1);
        var model = new Queue<Acknowledgement>();
        var isFullSeen = false;
        for (var step = 0; step < 800_000; step++)
        {
            // Long stretches of one kind fill and drain it.
            if (random.Next(10) < (step / 200_000 % 2 == 0 ? 9 : 1))
            {
                var acknowledgement = new Acknowledgement(MessageType.OutputStreamData, Guid.NewGuid(), step);
                if (queue.TryEnqueue(acknowledgement))
                {
                    model.Enqueue(acknowledgement);
                }
                else
                {
                    isFullSeen = true;
                    Assert.Equal(AcknowledgementQueue.MaxCapacity, model.Count);
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
