using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using SessionManagerPlugin.Emulator;
using SessionManagerPlugin.Emulator.Agent;

namespace SessionManagerPlugin.Tests.Emulator;

/// <summary>An emulator in this process, and calls of its API.</summary>
internal sealed class TestEmulator : IAsyncDisposable
{
    private readonly EmulatorHost _host;
    private readonly HttpClient _http = new();

    internal TestEmulator(EmulatorOptions? options = null) =>
        _host = EmulatorHost.Start(
            options ?? new EmulatorOptions { Agent = new AgentOptions { Shell = "/bin/sh" } },
            TimeProvider.System,
            NullLogger.Instance);

    internal Uri Url => _host.Url;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal async Task<(int Status, JsonElement Body)> CallAsync(string operation, string json)
    {
        using var content = new StringContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        content.Headers.Add("X-Amz-Target", $"AmazonSSM.{operation}");
        using var response = await _http.PostAsync(_host.Url, content, Cancellation);
        Assert.Equal("application/x-amz-json-1.1", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.Contains("x-amzn-RequestId"));
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        return ((int)response.StatusCode, body.RootElement.Clone());
    }

    internal async Task<StartedSession> StartSessionAsync(string json = """{"Target":"i-0123456789abcdef0"}""", string operation = "StartSession")
    {
        var (status, body) = await CallAsync(operation, json);
        Assert.True(status == 200, body.ToString());
        return new StartedSession(
            body.GetProperty("SessionId").GetString()!,
            new Uri(body.GetProperty("StreamUrl").GetString()!),
            body.GetProperty("TokenValue").GetString()!);
    }

    internal Task<StartedSession> StartCommandAsync(string document, string command) => StartSessionAsync(
        $$$"""{"Target":"i-0123456789abcdef0","DocumentName":"{{{document}}}","Parameters":{"command":[{{{JsonSerializer.Serialize(command)}}}]}}""");

    internal Task<StartedSession> StartTestAsync(string document, long bytes, ulong seed = 0) => StartSessionAsync(
        $$$"""{"Target":"i-0123456789abcdef0","DocumentName":"{{{document}}}","Parameters":{"bytes":["{{{bytes}}}"],"seed":["{{{seed}}}"]}}""");

    internal Task<StartedSession> ResumeSessionAsync(string sessionId) =>
        StartSessionAsync($$"""{"SessionId":"{{sessionId}}"}""", "ResumeSession");

    internal async Task<RawClient> ConnectAsync(string json = """{"Target":"i-0123456789abcdef0"}""") =>
        await RawClient.OpenAsync(await StartSessionAsync(json));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
    }
}
