using Microsoft.Extensions.Logging.Abstractions;
using SessionManagerPlugin.Core.Options;
using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Core.Transport;

public class RetryingConnectorTests
{
    private static readonly Uri Url = new("wss://gateway.test/");

    private readonly ManualTimeProvider _time = new();
    private readonly List<TransportException> _failures = [];
    private int _attempts;

    [Fact]
    public async Task A_connection_that_stands_at_the_third_attempt_is_used()
    {
        Fail(TransportFailure.NotConnected, 2);
        var connecting = ConnectAsync();
        await WaitOutAsync(150);
        await WaitOutAsync(300);

        await connecting.Soon();
        Assert.Equal(3, _attempts);
    }

    [Fact]
    public async Task After_five_attempts_the_last_failure_is_reported()
    {
        Fail(TransportFailure.NotConnected, 9);
        var connecting = ConnectAsync();
        foreach (var wait in new[] { 150, 300, 600, 1200 })
        {
            await WaitOutAsync(wait);
        }

        var error = await Assert.ThrowsAsync<TransportException>(() => connecting.Soon());
        Assert.Equal("failure 5 (5 attempts)", error.Message);
        Assert.Equal(TransportFailure.NotConnected, error.Failure);
        Assert.Equal(5, _attempts);
    }

    [Fact]
    public async Task What_cannot_succeed_is_not_tried_again()
    {
        Fail(TransportFailure.NotConnectable, 1);
        var error = await Assert.ThrowsAsync<TransportException>(() => ConnectAsync().Soon());
        Assert.Equal("failure 1", error.Message);
        Assert.Equal(1, _attempts);
    }

    [Fact]
    public async Task A_wait_between_attempts_can_be_cancelled()
    {
        Fail(TransportFailure.NotConnected, 9);
        using var stop = new CancellationTokenSource();
        var connecting = ConnectAsync(cancellationToken: stop.Token);
        await _time.WhenWaitingAsync(TimeSpan.FromMilliseconds(150)).Soon();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.Soon());
        Assert.Equal(1, _attempts);
    }

    [Fact]
    public async Task A_fault_that_is_no_failed_connection_is_not_tried_again()
    {
        var connector = new RetryingConnector(
            new Inner(() => throw new InvalidDataException("a fault")), ConnectAttempts.Default, _time, new Half(), NullLogger.Instance);
        await Assert.ThrowsAsync<InvalidDataException>(() => connector.ConnectAsync(Url, CancellationToken.None).Soon());
    }

    [Fact]
    public async Task Less_than_one_attempt_is_one_and_not_without_end()
    {
        Fail(TransportFailure.NotConnected, 9);
        await Assert.ThrowsAsync<TransportException>(
            () => ConnectAsync(attempts: ConnectAttempts.Default with { Count = 0 }).Soon());
        Assert.Equal(1, _attempts);
    }

    private void Fail(TransportFailure failure, int times)
    {
        for (var i = 1; i <= times; i++)
        {
            _failures.Add(new TransportException(failure, $"failure {i}"));
        }
    }

    private Task<IMessageTransport> ConnectAsync(ConnectAttempts? attempts = null, CancellationToken cancellationToken = default)
    {
        var inner = new Inner(() =>
        {
            _attempts++;
            return _failures.Count >= _attempts ? throw _failures[_attempts - 1] : new FakeTransport();
        });
        return new RetryingConnector(inner, attempts ?? ConnectAttempts.Default, _time, new Half(), NullLogger.Instance)
            .ConnectAsync(Url, cancellationToken);
    }

    private async Task WaitOutAsync(double milliseconds)
    {
        var wait = TimeSpan.FromMilliseconds(milliseconds);
        await _time.WhenWaitingAsync(wait).Soon();
        _time.Advance(wait);
    }

    private sealed class Inner(Func<IMessageTransport> connect) : ITransportConnector
    {
        public async Task<IMessageTransport> ConnectAsync(Uri streamUrl, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return connect();
        }
    }

    private sealed class Half : Random
    {
        public override double NextDouble() => 0.5;
    }
}
