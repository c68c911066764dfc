using System.Runtime.InteropServices;
using System.Text;

namespace SessionManagerPlugin.EndToEndTests.Fixtures;

/// <summary>Everything that a process has written so far, and waits for what it is to write.</summary>
internal sealed class Transcript
{
    private const int MaxShown = 4000;

    private readonly string _name;
    private readonly Lock _gate = new();
    private readonly List<byte> _bytes = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _position;
    private bool _hasEnded;

    /// <summary>An empty one.</summary>
    /// <param name="name">What it is a transcript of, for failures.</param>
    public Transcript(string name) => _name = name;

    /// <summary>All of it, a character for each byte.</summary>
    public string Text => Encoding.Latin1.GetString(Bytes);

    /// <summary>All of it.</summary>
    public byte[] Bytes
    {
        get
        {
            lock (_gate)
            {
                return [.. _bytes];
            }
        }
    }

    /// <summary>The end of it, made printable.</summary>
    public string Shown
    {
        get
        {
            var text = Text;
            var shown = new StringBuilder($"--- {_name}, {text.Length} bytes");
            shown.Append(text.Length > MaxShown ? $", the last {MaxShown}:\n" : ":\n");
            foreach (var c in text.AsSpan(Math.Max(0, text.Length - MaxShown)))
            {
                _ = c is '\n' or (>= ' ' and <= '~') ? shown.Append(c) : shown.Append($"\\x{(int)c:x2}");
            }

            return shown.Append("\n---").ToString();
        }
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            _bytes.AddRange(bytes);
            Change();
        }
    }

    /// <summary>There will be no more.</summary>
    public void End()
    {
        lock (_gate)
        {
            _hasEnded = true;
            Change();
        }
    }

    /// <summary>
    /// Waits for a text behind the one that was expected before. A command's echo comes first, so expect what only its output says.
    /// </summary>
    public async Task ExpectAsync(string text)
    {
        var wanted = Encoding.Latin1.GetBytes(text);
        using var limit = new CancellationTokenSource(Limits.Wait);
        var searched = 0;
        while (true)
        {
            Task changed;
            bool hasEnded;
            lock (_gate)
            {
                var from = Math.Max(_position, searched);
                var index = CollectionsMarshal.AsSpan(_bytes)[from..].IndexOf(wanted);
                if (index >= 0)
                {
                    _position = from + index + wanted.Length;
                    return;
                }

                searched = Math.Max(0, _bytes.Count - wanted.Length + 1);
                hasEnded = _hasEnded;
                changed = _changed.Task;
            }

            if (hasEnded || !await CompletesAsync(changed, limit.Token))
            {
                Assert.Fail($"'{text}' did not come{(hasEnded ? " before the end" : $" within {Limits.Wait.TotalSeconds} s")}.\n{Shown}");
            }
        }
    }

    /// <summary>Waits for the end.</summary>
    public async Task ExpectEndAsync(TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_hasEnded)
                {
                    return;
                }

                changed = _changed.Task;
            }

            if (!await CompletesAsync(changed, limit.Token))
            {
                Assert.Fail($"{_name} did not end within {within.TotalSeconds} s.\n{Shown}");
            }
        }
    }

    private static async Task<bool> CompletesAsync(Task task, CancellationToken limit)
    {
        await task.WaitAsync(limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCompleted;
    }

    private void Change()
    {
        _changed.SetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
