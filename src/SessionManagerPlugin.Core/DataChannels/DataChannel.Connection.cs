using SessionManagerPlugin.Core.Transport;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Core.DataChannels;

/// <summary>The life of one connection: opened, served by its tasks, left with a goodbye.</summary>
internal sealed partial class DataChannel
{
    private const string Goodbye = "session ended";

    /// <summary>Opens the channel on the connection of now and serves it until the service closes the channel.</summary>
    /// <exception cref="TransportException">The connection was lost.</exception>
    private async Task<ChannelClosed> RunConnectionAsync(CancellationToken cancellationToken)
    {
        using var stop = new CancellationTokenSource();
        using var stopReceiving = new CancellationTokenSource();
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), cancelled);
        await using (registration.ConfigureAwait(false))
        {
            await OpenOrSayGoodbyeAsync(cancellationToken).ConfigureAwait(false);
            var receiving = ReceiveLoopAsync(stopReceiving.Token);
            var sending = SendLoopAsync(stop.Token);
            var watching = WatchLoopAsync(stop.Token);
            var isLost = false;
            try
            {
                return await EndOfAsync(receiving, sending, watching, cancelled.Task).ConfigureAwait(false);
            }
            catch (TransportException)
            {
                isLost = true;
                throw;
            }
            finally
            {
                await stop.CancelAsync().ConfigureAwait(false);
                await Task.WhenAll(sending, watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!isLost)
                {
                    await SayGoodbyeAsync(receiving).ConfigureAwait(false);
                }

                await stopReceiving.CancelAsync().ConfigureAwait(false);
                await ((Task)receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Waits for the first thing that ends the connection, and gives or throws it.</summary>
    private async Task<ChannelClosed> EndOfAsync(Task<ChannelClosed> receiving, Task sending, Task watching, Task cancelled)
    {
        var first = await Task.WhenAny(receiving, sending, watching, cancelled).ConfigureAwait(false);
        if (first == sending && sending.Exception?.InnerException is TransportException)
        {
            // The service says why it closes and hangs up: a write can fail on the way to reading it. The reader has the last word.
            await WaitAtMostAsync(Task.WhenAny(receiving, cancelled), _options.RefusalGrace).ConfigureAwait(false);
            first = receiving.IsCompleted ? receiving : cancelled.IsCompleted ? cancelled : sending;
        }

        await first.ConfigureAwait(false);
        return await receiving.ConfigureAwait(false);
    }

    /// <summary>
    /// Closes the connection. The receiving task is given the time to hear the answer: to cancel a receive is to abort the connection, and
    /// with it what is still on its way.
    /// </summary>
    private async Task SayGoodbyeAsync(Task receiving)
    {
        await _transport.CloseAsync(Goodbye).ConfigureAwait(false);
        await WaitAtMostAsync(receiving, _options.GoodbyeGrace).ConfigureAwait(false);
    }

    private async Task WaitAtMostAsync(Task task, TimeSpan limit)
    {
        if (task.IsCompleted)
        {
            return;
        }

        using var stop = new CancellationTokenSource();
        var patience = Task.Delay(limit, _time, stop.Token);
        _ = await Task.WhenAny(task, patience).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await patience.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task OpenOrSayGoodbyeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await _transport.CloseAsync(Goodbye).ConfigureAwait(false);
            throw;
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        var opening = new OpenDataChannel(
            OpenDataChannel.CurrentSchemaVersion,
            Guid.NewGuid().ToString(),
            _token,
            _session.ClientId,
            _options.ClientVersion);
        await _transport.WriteAsync(PayloadJson.Write(opening, PayloadJson.OpenDataChannel), MessageKind.Text).ConfigureAwait(false);
        await _transport.FlushAsync(cancellationToken).ConfigureAwait(false);
    }
}
