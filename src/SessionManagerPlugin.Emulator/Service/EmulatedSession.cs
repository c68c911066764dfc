using Microsoft.Extensions.Logging;
using SessionManagerPlugin.Emulator.Agent;
using SessionManagerPlugin.Emulator.Faults;
using SessionManagerPlugin.Emulator.Gateway;

namespace SessionManagerPlugin.Emulator.Service;

/// <summary>A session from StartSession to its end: the gateway's channel and the agent behind it.</summary>
internal sealed class EmulatedSession : IDisposable
{
    /// <summary>
    /// How long a session that ended before its client came stays known: a command can be done before the client has connected.
    /// </summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(30);

    private readonly AgentDataChannel _dataChannel;
    private readonly AgentSession _agent;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal EmulatedSession(string id, long number, ISessionKind kind, EmulatorOptions options, TimeProvider time, ILogger logger)
    {
        Id = id;
        _time = time;
        _logger = logger;
        Faults = new SessionFaults(id, number, options, time, logger);
        Channel = new GatewayChannel(id, options.SessionTimeout, End, time, logger);
        _dataChannel = new AgentDataChannel(id, Channel, options.Agent, time, logger);
        Channel.Attach(_dataChannel);
        _agent = new AgentSession(id, _dataChannel, kind, options.Agent, time, logger);
    }

    /// <summary>The session's id.</summary>
    internal string Id { get; }

    /// <summary>The gateway's side.</summary>
    internal GatewayChannel Channel { get; }

    /// <summary>What happens to its connections and messages.</summary>
    internal SessionFaults Faults { get; }

    /// <summary>Completes when the session has ended and nothing of its processes is left.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>
    /// Runs the agent until the session ends, by itself or by <see cref="End"/>, and tells the client, who may come later. Does not throw.
    /// </summary>
    internal async Task RunAsync()
    {
        await RunAgentAsync().ConfigureAwait(false);
        try
        {
            await Channel.ClientTold.WaitAsync(Linger, _time, _end.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // Nobody came, or nobody is to come any more.
        }

        Faults.LogCounters();
    }

    /// <summary>Ends the session from outside; <see cref="Ended"/> says when it is done.</summary>
    internal void End()
    {
        try
        {
            _end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended meanwhile.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Channel.Dispose();
        _dataChannel.Dispose();
        _end.Dispose();
    }

    private async Task RunAgentAsync()
    {
        try
        {
            Channel.Close(await _agent.RunAsync(_end.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            Channel.Close("");
        }
        catch (Exception e)
        {
            // The edge of the session: whatever went wrong in it, the others go on, and the client is told.
            _logger.AgentFailed(e, Id);
            Channel.Close($"The agent failed: {e.Message}");
        }
        finally
        {
            _ended.SetResult();
        }
    }
}
