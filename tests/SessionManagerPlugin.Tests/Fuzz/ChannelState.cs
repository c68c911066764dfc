using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using SessionManagerPlugin.Core.DataChannels;
using SessionManagerPlugin.Core.Threading;

namespace SessionManagerPlugin.Tests.Fuzz;

/// <summary>
/// Looks at where a channel's tasks wait, so that a schedule takes its next step when the last one's consequences are all there, and one
/// seed is one course of events. Each number stays the same exactly as long as the wait goes on; 0 is no wait.
/// </summary>
internal static class ChannelState
{
    private const int Waiting = 1;

    public static int SenderWait(DataChannel channel) => WaitOf(HasWork(channel));

    public static int WriterWait(DataChannel channel) => WaitOf(HasRoom(channel));

    public static int DeliveryWait(DataChannel channel) => WaitOf(HasRoom(channel.Received));

    private static int WaitOf(AsyncSignal signal) => Volatile.Read(ref State(signal)) == Waiting ? (ushort)Source(signal).Version + 1 : 0;

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_hasWork")]
    private static extern ref AsyncSignal HasWork(DataChannel channel);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_hasRoom")]
    private static extern ref AsyncSignal HasRoom(DataChannel channel);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_hasRoom")]
    private static extern ref AsyncSignal HasRoom(PayloadPipe pipe);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_state")]
    private static extern ref int State(AsyncSignal signal);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_source")]
    private static extern ref ManualResetValueTaskSourceCore<bool> Source(AsyncSignal signal);
}
