namespace SessionManagerPlugin.Terminal.Unix;

/// <summary>
/// Keeps a terminal raw until it is disposed. Any thread may call, more than once: the way out of the session and a signal's handler
/// can meet.
/// </summary>
internal sealed class RawMode : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TerminalAttributes _original;
    private readonly TerminalAttributes _raw;
    private bool _isOver;

    public RawMode(TerminalAttributes original, bool keepOutput)
    {
        _original = original;
        _raw = original.ToRaw(keepOutput);
        _raw.Apply();
    }

    /// <summary>Makes the terminal raw again: whoever had it while this process was stopped has left it otherwise.</summary>
    public void Reapply()
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                _raw.Apply();
            }
        }
    }

    /// <summary>Gives the terminal its settings back.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                _isOver = true;
                _original.Apply();
            }
        }
    }
}
