namespace SessionManagerPlugin.Emulator.Pty;

/// <summary>How a process ended.</summary>
/// <param name="ExitCode">Its exit code; null when a signal ended it.</param>
/// <param name="Signal">The signal that ended it; null when it exited.</param>
internal readonly record struct ExitStatus(int? ExitCode, int? Signal)
{
    /// <summary>Reads the status word of <c>waitpid</c>.</summary>
    internal static ExitStatus FromWaitStatus(int status)
    {
        var signal = status & 0x7F;
        return signal == 0 ? new ExitStatus((status >> 8) & 0xFF, Signal: null) : new ExitStatus(ExitCode: null, signal);
    }

    /// <summary>For people: <c>exit code 3</c> or <c>signal 9</c>.</summary>
    public override string ToString() => Signal is { } signal ? $"signal {signal}" : $"exit code {ExitCode}";
}
