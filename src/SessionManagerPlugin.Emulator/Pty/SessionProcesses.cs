using System.Globalization;

namespace SessionManagerPlugin.Emulator.Pty;

/// <summary>The processes of a session (the kernel's word for what a terminal starts), as /proc lists them.</summary>
internal static class SessionProcesses
{
    /// <summary>
    /// The process ids of a session, without those that are dead and only wait to be reaped. A process that has started a session of
    /// its own, as daemons do, is not among them.
    /// </summary>
    internal static IReadOnlyList<int> Find(int sessionId)
    {
        var found = new List<int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var processId)
                && TryReadStat(directory, out var state, out var session)
                && session == sessionId
                && state is not ('Z' or 'X'))
            {
                found.Add(processId);
            }
        }

        return found;
    }

    /// <summary>
    /// Kills every process of a session. A process may fork while the list is read, so the list is read again until it shows nobody
    /// new: one that was sent SIGKILL forks no more.
    /// </summary>
    internal static void Kill(int sessionId)
    {
        var killed = new HashSet<int>();
        bool isSomeoneNew;
        do
        {
            isSomeoneNew = false;
            foreach (var processId in Find(sessionId))
            {
                isSomeoneNew |= killed.Add(processId);
                _ = LibC.Kill(processId, LibC.SignalKill);
            }
        }
        while (isSomeoneNew);
    }

    /// <summary>
    /// Reads the state and the session from <c>/proc/N/stat</c>: <c>pid (name) state ppid pgrp session …</c>. The name can contain
    /// anything, so the fields are counted from its last parenthesis.
    /// </summary>
    private static bool TryReadStat(string directory, out char state, out int session)
    {
        state = default;
        session = 0;
        string stat;
        try
        {
            stat = File.ReadAllText(Path.Combine(directory, "stat"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It exited since the directory was listed.
            return false;
        }

        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 4 || !int.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out session))
        {
            return false;
        }

        state = fields[0][0];
        return true;
    }
}
