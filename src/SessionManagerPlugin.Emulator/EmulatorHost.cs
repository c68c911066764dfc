using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Emulator.Gateway;
using SessionManagerPlugin.Emulator.Http;
using SessionManagerPlugin.Emulator.Service;

namespace SessionManagerPlugin.Emulator;

/// <summary>The whole emulator, listening: service, gateway and agent. Tests can hold one in their own process.</summary>
internal sealed class EmulatorHost : IAsyncDisposable
{
    private readonly LoopbackListener _listener;
    private readonly SessionRegistry _sessions;

    private EmulatorHost(LoopbackListener listener, SessionRegistry sessions, Uri url)
    {
        _listener = listener;
        _sessions = sessions;
        Url = url;
    }

    /// <summary>The endpoint of the API, such as <c>http://127.0.0.1:41234</c>.</summary>
    internal Uri Url { get; }

    /// <summary>Starts an emulator.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The port is taken.</exception>
    internal static EmulatorHost Start(EmulatorOptions options, TimeProvider time, ILogger logger)
    {
        if (options.Faults is { } faults)
        {
            // Always with a seed, so that the line can be given again.
            faults = faults with { Seed = faults.Seed ?? BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))) };
            options = options with { Faults = faults };
            logger.FaultsChosen(faults);
        }

        var listener = new LoopbackListener(options.Port, options.Certificate, time, logger);
        var secure = options.Certificate is null ? "" : "s";
        var authority = $"{secure}://127.0.0.1:{listener.Port}";
        var sessions = new SessionRegistry(options, time, logger);
        var authorizer = new AnyRequestAuthorizer();
        var connection = new HttpConnection(
            new ServiceApi(sessions, authorizer, $"ws{authority}", logger),
            new GatewayEndpoint(sessions, authorizer, time, logger),
            time,
            logger);
        listener.Start(connection.ServeAsync);
        return new EmulatorHost(listener, sessions, new Uri($"http{authority}"));
    }

    /// <summary>Ends every session, with its processes, and then every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sessions.DisposeAsync().ConfigureAwait(false);
        await _listener.DisposeAsync().ConfigureAwait(false);
    }
}
