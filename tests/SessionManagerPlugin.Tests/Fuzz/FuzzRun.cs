using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace SessionManagerPlugin.Tests.Fuzz;

/// <summary>
/// Runs a test for many seeds on all cores, and says of a failure which seed it was. The environment says how many:
/// <c>SSM_FUZZ_SEED</c> one seed alone; <c>SSM_FUZZ_START</c> the first of many; <c>SSM_FUZZ_SECONDS</c> for how long, in place of a
/// number of them.
/// </summary>
internal static class FuzzRun
{
    private const string SeedVariable = "SSM_FUZZ_SEED";
    private const string StartVariable = "SSM_FUZZ_START";
    private const string SecondsVariable = "SSM_FUZZ_SECONDS";

    // More would say the same again.
    private const int MaxFailures = 5;

    /// <summary>Runs a test for each seed.</summary>
    /// <param name="test">The test, which throws when a seed fails.</param>
    /// <param name="countVariable">The environment variable for the number of seeds.</param>
    /// <param name="defaultCount">The number of seeds without it.</param>
    /// <param name="output">Hears which seeds were used.</param>
    public static async Task RunAsync(Func<int, Task> test, string countVariable, int defaultCount, ITestOutputHelper output)
    {
        if (Number(SeedVariable) is { } seed)
        {
            output.WriteLine($"seed {seed} alone");
            await test(seed);
            return;
        }

        var began = Stopwatch.GetTimestamp();
        var start = Number(StartVariable) ?? 0;
        var seconds = Number(SecondsVariable);
        var end = seconds is null ? start + (Number(countVariable) ?? defaultCount) : int.MaxValue;
        var failures = new ConcurrentQueue<(int Seed, Exception Failure)>();
        var next = start - 1;

        async Task WorkAsync()
        {
            while (failures.Count < MaxFailures && (seconds is null || Stopwatch.GetElapsedTime(began).TotalSeconds < seconds))
            {
                var mine = Interlocked.Increment(ref next);
                if (mine >= end)
                {
                    return;
                }

                try
                {
                    await test(mine);
                }
                catch (Exception e)
                {
                    failures.Enqueue((mine, e));
                }
            }
        }

        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(WorkAsync)));

        var last = Math.Min(next, end - 1);
        var elapsed = Stopwatch.GetElapsedTime(began).TotalSeconds;
        output.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"seeds {start} to {last}: {(last - start + 1) / elapsed:0} a second, {failures.Count} failed"));
        if (!failures.IsEmpty)
        {
            var (failed, failure) = failures.MinBy(failed => failed.Seed);
            throw new InvalidOperationException(
                $"seed {failed} fails, of {string.Join(", ", failures.Select(one => one.Seed).Order())}; {SeedVariable}={failed} runs it alone: "
                    + failure.Message,
                failure);
        }
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
