using System.Text;
using SessionManagerPlugin.Emulator.Pty;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.EndToEndTests.Fixtures;

/// <summary>A program on a pseudo-terminal, as a person runs it: the test reads the screen and types.</summary>
internal sealed class PtySession : IAsyncDisposable
{
    private readonly PseudoTerminal _terminal;
    private readonly ChildProcess _child;
    private readonly Task _reading;
    private bool _isHungUp;

    private PtySession(PseudoTerminal terminal, TerminalSettings before, ChildProcess child)
    {
        _terminal = terminal;
        _child = child;
        SettingsBefore = before;
        _reading = ReadAsync();
    }

    /// <summary>What was shown, escape sequences and all.</summary>
    public Transcript Screen { get; } = new("screen");

    public int ProcessId => _child.ProcessId;

    /// <summary>The terminal's settings before the program was started.</summary>
    public TerminalSettings SettingsBefore { get; }

    /// <summary>The terminal's settings now.</summary>
    public TerminalSettings Settings => TerminalSettings.Of(_terminal.TerminalPath);

    public static PtySession Start(SpawnOptions options, TerminalSize size)
    {
        var terminal = PseudoTerminal.Open();
        try
        {
            terminal.Resize(size);
            var before = TerminalSettings.Of(terminal.TerminalPath);
            return new PtySession(
                terminal, before, new ChildProcess(ProcessSpawner.SpawnOnTerminal(options, terminal.TerminalPath)));
        }
        catch
        {
            terminal.Dispose();
            throw;
        }
    }

    public Task ExpectAsync(string text) => Screen.ExpectAsync(text);

    public Task ExpectPromptAsync() => ExpectAsync(TestEnvironment.Prompt);

    /// <summary>Types a line and Enter.</summary>
    public Task TypeLineAsync(string text) => TypeAsync([.. Encoding.UTF8.GetBytes(text), (byte)'\r']);

    /// <summary>Types bytes; 3 is Ctrl-C.</summary>
    public async Task TypeAsync(params byte[] bytes)
    {
        using var limit = new CancellationTokenSource(Limits.Wait);
        await _terminal.WriteAsync(bytes, limit.Token);
    }

    public void Resize(TerminalSize size) => _terminal.Resize(size);

    /// <summary>Sends a signal to the program alone.</summary>
    public void Signal(int signal) => ProcessSignals.Send(ProcessId, signal);

    /// <summary>Gives the terminal the settings that it had before, as a shell does that has stopped a program.</summary>
    public void RestoreSettings() => SettingsBefore.ApplyTo(_terminal.TerminalPath);

    /// <summary>Waits until the terminal is raw: nothing tells of that.</summary>
    public async Task ExpectRawAsync()
    {
        using var limit = new CancellationTokenSource(Limits.Wait);
        while (!Settings.IsRaw)
        {
            if (limit.IsCancellationRequested)
            {
                Assert.Fail($"The terminal is not raw: {Settings}.\n{Screen.Shown}");
            }

            await Task.Delay(Limits.Poll, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Closes the terminal, as a window that is closed or an ssh connection that breaks.</summary>
    public void HangUp()
    {
        if (!_isHungUp)
        {
            _isHungUp = true;
            _terminal.Dispose();
        }
    }

    /// <summary>Waits until the program has exited and all that it wrote was read.</summary>
    /// <returns>The exit status.</returns>
    public async Task<int> WaitForExitAsync()
    {
        try
        {
            var status = await _child.Exited.WaitAsync(Limits.Wait, TestContext.Current.CancellationToken);
            await Screen.ExpectEndAsync(Limits.Wait);
            Assert.True(status.ExitCode is not null, $"The program was ended by {status}.\n{Screen.Shown}");
            return status.ExitCode.Value;
        }
        catch (TimeoutException)
        {
            Assert.Fail($"The program did not exit within {Limits.Wait.TotalSeconds} s.\n{Screen.Shown}");
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        HangUp();
        await _child.DisposeAsync();
        await _reading;
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int count;
            while ((count = await _terminal.ReadAsync(buffer, CancellationToken.None)) > 0)
            {
                Screen.Append(buffer.AsSpan(0, count));
            }
        }
        catch (ObjectDisposedException)
        {
            // Hung up.
        }

        Screen.End();
    }
}
