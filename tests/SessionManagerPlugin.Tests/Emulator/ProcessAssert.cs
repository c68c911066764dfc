using SessionManagerPlugin.Emulator.Pty;

namespace SessionManagerPlugin.Tests.Emulator;

internal static class ProcessAssert
{
    /// <summary>A killed process takes a moment to be gone, and nobody is told when a grandchild is.</summary>
    internal static async Task SessionIsGoneAsync(int sessionId)
    {
        for (var i = 0; i < 100 && SessionProcesses.Find(sessionId).Count > 0; i++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Empty(SessionProcesses.Find(sessionId));
    }
}
