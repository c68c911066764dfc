using SessionManagerPlugin.Emulator.Pty;

namespace SessionManagerPlugin.EndToEndTests.Fixtures;

/// <summary>Signals to processes, with Linux's numbers.</summary>
internal static class ProcessSignals
{
    public const int Hangup = 1;
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;
    public const int TerminalStop = 20;

    public static void Send(int processId, int signal) =>
        Assert.True(LibC.Kill(processId, signal) == 0, $"Process {processId} is gone and takes no signal {signal}.");
}
