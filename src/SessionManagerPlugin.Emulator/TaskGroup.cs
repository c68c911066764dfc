namespace SessionManagerPlugin.Emulator;

/// <summary>Tasks that come and go, and that somebody waits for in the end.</summary>
internal sealed class TaskGroup
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _tasks = [];

    /// <summary>Starts a task, which must handle its own exceptions: the group only waits for it.</summary>
    internal void Run(Func<Task> start)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task? task = null;
        task = RunAndLeaveAsync();
        lock (_gate)
        {
            _tasks.Add(task);
        }

        entered.SetResult();

        async Task RunAndLeaveAsync()
        {
            // Not before the task is in the set that it leaves at its end.
            await entered.Task.ConfigureAwait(false);
            try
            {
                await start().ConfigureAwait(false);
            }
            finally
            {
                lock (_gate)
                {
                    _tasks.Remove(task!);
                }
            }
        }
    }

    /// <summary>Waits for every task, those that start meanwhile included.</summary>
    internal async Task WhenEmptyAsync()
    {
        while (true)
        {
            Task[] tasks;
            lock (_gate)
            {
                tasks = [.. _tasks];
            }

            if (tasks.Length == 0)
            {
                return;
            }

            await Task.WhenAll(tasks).ConfigureAwait(false);
        }
    }
}
