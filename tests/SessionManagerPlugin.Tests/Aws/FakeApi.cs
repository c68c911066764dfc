using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Aws;

/// <summary>An API on loopback that keeps the requests and gives the answers that a test wrote, the last one again and again.</summary>
internal sealed class FakeApi : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly FakeAnswer[] _answers;
    private readonly Task _running;
    private int _count;

    private FakeApi(FakeAnswer[] answers)
    {
        _answers = answers;
        _listener.Start();
        _running = RunAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public ConcurrentQueue<FakeRequest> Requests { get; } = new();

    public static FakeApi Start(params FakeAnswer[] answers) => new(answers);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _running.Soon();
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var connection = client;
        try
        {
            var stream = connection.GetStream();
            while (await ReadAsync(stream) is { } request)
            {
                Requests.Enqueue(request);
                var answer = _answers[Math.Min(Interlocked.Increment(ref _count), _answers.Length) - 1];
                if (answer.IsSilence)
                {
                    await Task.Delay(Timeout.Infinite, _end.Token);
                }

                var body = Encoding.UTF8.GetBytes(answer.Body);
                var head = $"HTTP/1.1 {answer.Status} Status\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {body.Length}\r\n"
                    + $"x-amzn-RequestId: {Guid.NewGuid()}\r\n\r\n";
                await stream.WriteAsync((byte[])[.. Encoding.Latin1.GetBytes(head), .. body], _end.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client went away, or the test is over.
        }
    }

    private async Task<FakeRequest?> ReadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _end.Token) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(static line => line.Split(": ", 2))
            .ToDictionary(static parts => parts[0], static parts => parts[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[int.Parse(headers["Content-Length"])];
        await stream.ReadExactlyAsync(body, _end.Token);
        return new FakeRequest(lines[0], headers, Encoding.UTF8.GetString(body));
    }
}

internal sealed record FakeRequest(string Line, IReadOnlyDictionary<string, string> Headers, string Body);

internal sealed record FakeAnswer(int Status, string Body)
{
    /// <summary>No answer: the request is read, and the connection stays open.</summary>
    public static FakeAnswer Silence { get; } = new(0, "") { IsSilence = true };

    public bool IsSilence { get; private init; }

    public static FakeAnswer Error(string code, int status = 400, string message = "What the service says.") =>
        new(status, $$"""{"__type":"{{code}}","message":"{{message}}"}""");
}
