using SessionManagerPlugin.Emulator.Pty;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.EndToEndTests.Fixtures;

/// <summary>
/// What every test has: processes that end with it, the last first, in an environment of its own. When it is over none of them, nor
/// any that they started, may be left.
/// </summary>
public abstract class EndToEndTest : IAsyncDisposable
{
    private protected const string Target = "i-0123456789abcdef0";
    private protected const string Region = "us-east-1";
    private protected const string ResponseVariable = "AWS_SSM_START_SESSION_RESPONSE";

    private readonly Stack<IAsyncDisposable> _processes = new();
    private readonly TestEnvironment _environment = new();

    protected EndToEndTest() =>
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Pseudo-terminals of tests and the emulator's agent are made on Linux only.");

    private protected TestEnvironment TestEnvironment => _environment;

    private protected static TerminalSize Size { get; } = new(80, 24);

    /// <summary>A file of this test's own.</summary>
    private protected string PathOf(string name) => Path.Combine(_environment.Folder, name);

    /// <summary>Starts the emulator.</summary>
    private protected Task<EmulatorProcess> StartEmulatorAsync(params string[] options) => StartEmulatorAsync(null, options);

    /// <summary>Starts the emulator, to which the test connects in its own way.</summary>
    private protected async Task<EmulatorProcess> StartEmulatorAsync(HttpMessageHandler? handler, params string[] options) =>
        Own(await EmulatorProcess.StartAsync(_environment.Create(), options, handler));

    /// <summary>Runs a program on a pseudo-terminal.</summary>
    private protected PtySession RunOnTerminal(string fileName, params string[] arguments) =>
        RunOnTerminal(_environment.Create(), fileName, arguments);

    /// <summary>Runs a program on a pseudo-terminal.</summary>
    private protected PtySession RunOnTerminal(
        IReadOnlyDictionary<string, string> environment, string fileName, params string[] arguments) =>
        Own(PtySession.Start(Options(environment, fileName, arguments), Size));

    /// <summary>Runs a program on pipes.</summary>
    private protected PipedProgram RunOnPipes(string fileName, params string[] arguments) =>
        RunOnPipes(_environment.Create(), fileName, arguments);

    /// <summary>Runs a program on pipes.</summary>
    private protected PipedProgram RunOnPipes(
        IReadOnlyDictionary<string, string> environment, string fileName, params string[] arguments) =>
        Own(PipedProgram.Start(Options(environment, fileName, arguments)));

    /// <summary>Runs a program on pipes whose output the test reads later.</summary>
    private protected PipedProgram RunUnread(string fileName, params string[] arguments) =>
        Own(PipedProgram.StartUnread(Options(_environment.Create(), fileName, arguments)));

    /// <summary>Runs a program by way of a shell, which redirects or ignores something first: <c>trap '' INT; exec "$@"</c>.</summary>
    private protected static string[] ByShell(string script, params string[] command) => ["-c", script, "sh", .. command];

    /// <summary>The plugin's arguments as AWS CLI states them.</summary>
    private protected static string[] DropIn(StartedSession session) =>
        [session.Json, Region, "StartSession", "", $$"""{"Target":"{{Target}}"}""", session.Endpoint];

    /// <summary>The plugin's arguments in its own form.</summary>
    private protected static string[] Connect(StartedSession session) =>
        ["connect", session.Json, "--region", Region, "--endpoint-url", session.Endpoint];

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        var failures = new List<Exception>();
        while (_processes.TryPop(out var process))
        {
            try
            {
                await process.DisposeAsync();
            }
            catch (Exception e)
            {
                failures.Add(e);
            }
        }

        try
        {
            await _environment.ExpectNoProcessAsync("After the test");
        }
        catch (Exception e)
        {
            failures.Add(e);
            foreach (var processId in _environment.FindProcesses().Keys)
            {
                _ = LibC.Kill(processId, ProcessSignals.Kill);
            }
        }

        _environment.Dispose();
        if (failures.Count > 0)
        {
            throw failures.Count == 1 ? failures[0] : new AggregateException(failures);
        }
    }

    private T Own<T>(T process)
        where T : IAsyncDisposable
    {
        _processes.Push(process);
        return process;
    }

    private SpawnOptions Options(IReadOnlyDictionary<string, string> environment, string fileName, string[] arguments) =>
        new(fileName, arguments) { Environment = environment, WorkingDirectory = _environment.Folder };
}
