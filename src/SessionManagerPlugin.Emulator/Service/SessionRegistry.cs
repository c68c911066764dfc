using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace SessionManagerPlugin.Emulator.Service;

/// <summary>The sessions of this emulator: those that are active, and the ids of those that ended.</summary>
internal sealed class SessionRegistry(EmulatorOptions options, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>Each has a process and a few tasks; no test has needed more.</summary>
    private const int MaxActive = 500;

    /// <summary>Ended sessions that are still known by name; the oldest are forgotten.</summary>
    private const int MaxEnded = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, EmulatedSession> _active = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);
    private readonly Queue<string> _endedInOrder = new();
    private readonly TaskGroup _running = new();
    private long _started;
    private bool _isDisposed;

    /// <summary>Starts a session.</summary>
    /// <exception cref="ServiceException">The request is not one that can be served.</exception>
    internal EmulatedSession Start(StartSessionRequest request)
    {
        var target = request.Target is { Length: > 0 } given ? given : throw new ServiceException(ServiceError.Missing("target"));
        if (options.Targets.Count > 0 && !options.Targets.Contains(target, StringComparer.Ordinal))
        {
            throw new ServiceException(ServiceError.TargetNotConnected(target));
        }

        var id = CreateId();
        var kind = SessionDocuments.Resolve(request, id, options.Agent, logger);
        lock (_gate)
        {
            if (_isDisposed || _active.Count == MaxActive)
            {
                throw new ServiceException(ServiceError.TooManySessions());
            }

            var session = new EmulatedSession(id, _started++, kind, options, time, logger);
            _active.Add(id, session);
            logger.SessionStarted(id, kind.SessionType, target);
            _running.Run(() => RunAsync(session));
            return session;
        }
    }

    /// <summary>An active session; null when there is none of this id.</summary>
    internal EmulatedSession? Find(string id)
    {
        lock (_gate)
        {
            return _active.GetValueOrDefault(id);
        }
    }

    /// <summary>Whether a session of this id was here and has ended.</summary>
    internal bool HasEnded(string id)
    {
        lock (_gate)
        {
            return _ended.Contains(id);
        }
    }

    /// <summary>Ends every session and waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        EmulatedSession[] active;
        lock (_gate)
        {
            _isDisposed = true;
            active = [.. _active.Values];
        }

        foreach (var session in active)
        {
            session.End();
        }

        await _running.WhenEmptyAsync().ConfigureAwait(false);
    }

    private async Task RunAsync(EmulatedSession session)
    {
        using (session)
        {
            await session.RunAsync().ConfigureAwait(false);
            Forget(session.Id);
        }
    }

    private void Forget(string id)
    {
        lock (_gate)
        {
            _active.Remove(id);
            _ended.Add(id);
            _endedInOrder.Enqueue(id);
            if (_endedInOrder.Count > MaxEnded)
            {
                _ended.Remove(_endedInOrder.Dequeue());
            }
        }
    }

    /// <summary>An id as the service makes them: who started the session, and 17 hexadecimal digits, the first of them 0.</summary>
    private static string CreateId()
    {
        Span<byte> random = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(random);
        var user = string.Concat(Environment.UserName.Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'));
        return string.Create(CultureInfo.InvariantCulture, $"{user}-0{Convert.ToHexStringLower(random)}");
    }
}
