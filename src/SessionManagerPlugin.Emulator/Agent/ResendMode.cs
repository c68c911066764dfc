namespace SessionManagerPlugin.Emulator.Agent;

/// <summary>What the agent sends again, every 100 ms.</summary>
internal enum ResendMode
{
    /// <summary>The oldest message, as the real agent: what was lost comes back at ten messages a second.</summary>
    Oldest,

    /// <summary>Every message that is overdue. No agent does so; it shows what a client could do with one that did.</summary>
    All,
}
