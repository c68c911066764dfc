using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SessionManagerPlugin.Emulator.Pty;

namespace SessionManagerPlugin.EndToEndTests.Fixtures;

/// <summary>The published emulator, running. At its end it is asked to stop, and has to do so properly.</summary>
internal sealed class EmulatorProcess : IAsyncDisposable
{
    private readonly PipeProcess _process;
    private readonly Transcript _output = new("the emulator's standard output");
    private readonly Transcript _error = new("the emulator's standard error");
    private readonly Task _reading;
    private readonly HttpClient _http;
    private bool _isStopped;

    private EmulatorProcess(PipeProcess process, HttpMessageHandler handler)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.Output, _output), ReadAsync(process.Error, _error));
        _http = new HttpClient(handler) { Timeout = Limits.Wait };

        // At its end the emulator gives connections that are still there a second.
        _http.DefaultRequestHeaders.ConnectionClose = true;
    }

    /// <summary>Where the API is.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1");

    /// <summary>
    /// The emulator warns of what it cannot use. A client that works gives it no reason; a test of one that does not says so here.
    /// </summary>
    public bool IsWarningExpected { get; set; }

    /// <summary>Starts an emulator and waits until it listens.</summary>
    /// <param name="environment">What it and its sessions are started with.</param>
    /// <param name="options">Its options, the port apart.</param>
    /// <param name="handler">How the test connects; null is plainly.</param>
    public static async Task<EmulatorProcess> StartAsync(
        IReadOnlyDictionary<string, string> environment, IEnumerable<string> options, HttpMessageHandler? handler = null)
    {
        string[] arguments = ["--port", "0", "--shell", "/bin/sh", .. options];
        var emulator = new EmulatorProcess(
            PipeProcess.Start(new SpawnOptions(Artifacts.Emulator, arguments) { Environment = environment }),
            handler ?? new SocketsHttpHandler { UseProxy = false });
        try
        {
            await emulator._output.ExpectAsync("\n");
            emulator.Url = new Uri(emulator._output.Text.Trim());
            return emulator;
        }
        catch
        {
            TestContext.Current.SendDiagnosticMessage(emulator._error.Shown);
            emulator._isStopped = true;
            await emulator.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a session with the API.</summary>
    public Task<StartedSession> StartSessionAsync(string? document = null, string? command = null) => StartSessionAsync(
        document ?? "SSM-SessionManagerRunShell",
        command is null ? null : new Dictionary<string, string[]>(StringComparer.Ordinal) { ["command"] = [command] });

    /// <summary>Starts a session that takes so many bytes of input and says their hash.</summary>
    public Task<StartedSession> StartSinkAsync(int bytes) => StartSessionAsync("Test-Sink", Bytes(bytes));

    /// <summary>Starts a session that puts out so many bytes and says their hash.</summary>
    public Task<StartedSession> StartSourceAsync(int bytes) => StartSessionAsync("Test-Source", Bytes(bytes));

    private static Dictionary<string, string[]> Bytes(int count) =>
        new(StringComparer.Ordinal) { ["bytes"] = [count.ToString(CultureInfo.InvariantCulture)], ["seed"] = ["7"] };

    private async Task<StartedSession> StartSessionAsync(string document, Dictionary<string, string[]>? parameters) => StartedSession.Parse(
        await CallAsync("StartSession", JsonSerializer.Serialize(new { Target = "i-0123456789abcdef0", DocumentName = document, Parameters = parameters })));

    /// <summary>Starts a session of one command without a terminal.</summary>
    public Task<StartedSession> StartCommandAsync(string command) => StartSessionAsync("AWS-StartNonInteractiveCommand", command);

    /// <summary>Ends a session with the API.</summary>
    public async Task TerminateSessionAsync(string sessionId) =>
        _ = await CallAsync("TerminateSession", JsonSerializer.Serialize(new { SessionId = sessionId }));

    /// <summary>Whether a session is over: the service has no token for it any more.</summary>
    public async Task<bool> IsOverAsync(string sessionId)
    {
        var response = JsonNode.Parse(await CallAsync("ResumeSession", JsonSerializer.Serialize(new { SessionId = sessionId })))!;
        return string.IsNullOrEmpty((string?)response["TokenValue"]);
    }

    /// <summary>Asks the emulator to stop and checks that it does.</summary>
    public async Task StopAsync()
    {
        _isStopped = true;
        ProcessSignals.Send(_process.ProcessId, ProcessSignals.Terminate);
        Assert.Equal(new ExitStatus(0, null), await ExitedAsync());
        if (!IsWarningExpected)
        {
            Assert.True(_error.Bytes.Length == 0, $"The emulator has something to say.\n{_error.Shown}");
        }
    }

    /// <summary>Kills the emulator: connections break without a word.</summary>
    public async Task KillAsync()
    {
        _isStopped = true;
        ProcessSignals.Send(_process.ProcessId, ProcessSignals.Kill);
        _ = await ExitedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_isStopped)
            {
                await StopAsync();
            }
        }
        finally
        {
            _http.Dispose();
            await _process.DisposeAsync();
            await _reading;
        }
    }

    private async Task<ExitStatus> ExitedAsync()
    {
        try
        {
            var status = await _process.Exited.WaitAsync(Limits.Wait);
            await _error.ExpectEndAsync(Limits.Wait);
            return status;
        }
        catch (TimeoutException)
        {
            Assert.Fail($"The emulator did not stop within {Limits.Wait.TotalSeconds} s.\n{_error.Shown}");
            throw;
        }
    }

    private async Task<string> CallAsync(string operation, string request)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(request));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        content.Headers.Add("X-Amz-Target", $"AmazonSSM.{operation}");
        using var response = await _http.PostAsync(Url, content, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{operation}: {response.StatusCode} {answer}");
        return answer;
    }

    private static async Task ReadAsync(AsyncDescriptor source, Transcript transcript)
    {
        var buffer = new byte[4096];
        try
        {
            int count;
            while ((count = await source.ReadAsync(buffer, CancellationToken.None)) > 0)
            {
                transcript.Append(buffer.AsSpan(0, count));
            }
        }
        catch (ObjectDisposedException)
        {
            // A descendant holds the pipe.
        }

        transcript.End();
    }
}
