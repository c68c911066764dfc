using SessionManagerPlugin.Core.Threading;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Core.Threading;

public class AsyncSignalTests
{
    [Fact]
    public async Task A_signal_that_was_set_before_is_not_missed_and_is_taken_once()
    {
        var signal = new AsyncSignal();
        signal.Set();
        signal.Set();
        await signal.WaitAsync().Soon();

        var waiting = signal.WaitAsync().Soon();
        Assert.False(waiting.IsCompleted);
        signal.Set();
        await waiting;
    }

    [Fact]
    public async Task Whoever_sets_it_does_not_run_the_waiter()
    {
        var signal = new AsyncSignal();
        var gate = new Lock();
        var waiting = Task.Run(async () =>
        {
            await signal.WaitAsync();
            lock (gate)
            {
                return Environment.CurrentManagedThreadId;
            }
        });
        lock (gate)
        {
            signal.Set();
        }

        await waiting.Soon();
    }

    [Fact]
    public async Task No_signal_of_many_setters_is_lost()
    {
        const int PerSetter = 100_000;
        const int Setters = 4;
        var signal = new AsyncSignal();
        var count = 0;
        var setting = Enumerable.Range(0, Setters).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < PerSetter; i++)
            {
                Interlocked.Increment(ref count);
                signal.Set();
            }
        })).ToArray();

        // A waiter that misses the last signal waits for ever.
        var waiting = Task.Run(async () =>
        {
            while (Volatile.Read(ref count) < PerSetter * Setters)
            {
                await signal.WaitAsync();
            }
        });
        await Task.WhenAll(setting).Soon();
        await waiting.Soon();
    }

    [Fact]
    public async Task Two_tasks_hand_each_other_the_turn()
    {
        var ping = new AsyncSignal();
        var pong = new AsyncSignal();
        const int Turns = 50_000;
        var other = Task.Run(async () =>
        {
            for (var i = 0; i < Turns; i++)
            {
                await ping.WaitAsync();
                pong.Set();
            }
        });
        var one = Task.Run(async () =>
        {
            for (var i = 0; i < Turns; i++)
            {
                ping.Set();
                await pong.WaitAsync();
            }
        });
        await Task.WhenAll(one, other).Soon();
    }
}
