using System.Threading.Channels;
using SessionManagerPlugin.Core.DataChannels;
using SessionManagerPlugin.Tests.Core.Support;

namespace SessionManagerPlugin.Tests.Core.DataChannels;

/// <summary>Hands out the test's connections one after the other.</summary>
internal sealed class FakeResumer : IConnectionResumer
{
    private readonly Channel<ResumedConnection?> _next = Channel.CreateUnbounded<ResumedConnection?>();
    private readonly Channel<(string Reason, bool WasSound)> _asked = Channel.CreateUnbounded<(string, bool)>();

    public async Task<ResumedConnection?> ResumeAsync(string reason, bool wasSound, CancellationToken cancellationToken)
    {
        Assert.True(_asked.Writer.TryWrite((reason, wasSound)));
        return await _next.Reader.ReadAsync(cancellationToken);
    }

    /// <summary>The next time the channel has asked for a connection.</summary>
    public Task<(string Reason, bool WasSound)> NextAskedAsync() => _asked.Reader.ReadAsync().Soon();

    /// <summary>Gives it a new one.</summary>
    public FakeTransport Connect(string token)
    {
        var transport = new FakeTransport();
        Assert.True(_next.Writer.TryWrite(new ResumedConnection(transport, token)));
        return transport;
    }

    /// <summary>Says that the session is over.</summary>
    public void SayOver() => Assert.True(_next.Writer.TryWrite(null));
}
