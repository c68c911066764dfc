namespace SessionManagerPlugin.Terminal.Windows;

/// <summary>Keeps a Windows console raw until it is disposed.</summary>
internal sealed class ConsoleMode : IDisposable
{
    private readonly nint _input;
    private readonly nint _output;
    private readonly uint _inputMode;
    private readonly uint? _outputMode;
    private int _isOver;

    public ConsoleMode(nint input, uint inputMode, nint output, bool keepLineFeeds)
    {
        _input = input;
        _output = output;
        _inputMode = inputMode;
        Kernel32.SetConsoleMode(input, (inputMode & ~Kernel32.CookedInput) | Kernel32.VirtualTerminalInput);
        if (Kernel32.GetConsoleMode(output, out var outputMode))
        {
            _outputMode = outputMode;
            Kernel32.SetConsoleOutputCP(Kernel32.Utf8CodePage);
            Kernel32.SetConsoleMode(
                output, outputMode | Kernel32.VirtualTerminalOutput | (keepLineFeeds ? Kernel32.NoNewLineReturn : 0));
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
        {
            Kernel32.SetConsoleMode(_input, _inputMode);
            if (_outputMode is { } mode)
            {
                Kernel32.SetConsoleMode(_output, mode);
            }
        }
    }
}
