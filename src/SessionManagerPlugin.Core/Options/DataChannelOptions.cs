namespace SessionManagerPlugin.Core.Options;

/// <summary>The data channel's bounds. The defaults are what the program uses.</summary>
public sealed record DataChannelOptions
{
    /// <summary>
    /// The version that the client states of itself, four numbers. The service refuses clients below 1.2.764.0, and agents compare it.
    /// </summary>
    public string ClientVersion { get; init; } = PluginVersion.Text;

    /// <summary>The largest payload of a message that is sent, in bytes: what the public client and agent cut at.</summary>
    public int PayloadSize { get; init; } = 1024;

    /// <summary>The most messages that are accepted and not acknowledged; enough to fill the bytes with 1024-byte payloads.</summary>
    public int SendWindowMessages { get; init; } = 4096;

    /// <summary>
    /// The most bytes that are accepted and not acknowledged: 37 MiB/s at 80 ms, and three quarters of what the agent's multiplexer can
    /// hold. How many of them are in flight is the congestion window's to say.
    /// </summary>
    public long SendWindowBytes { get; init; } = 3 * 1024 * 1024;

    /// <summary>The most messages that are kept because they came early; the public client's number.</summary>
    public int ReorderMessages { get; init; } = 10_000;

    /// <summary>The most bytes that are kept because they came early.</summary>
    public long ReorderBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// The most bytes that are received, acknowledged and not yet taken by the local end. When it is full the connection is not read,
    /// and TCP holds the far side back.
    /// </summary>
    public int ReceiveBufferBytes { get; init; } = 1024 * 1024;

    /// <summary>How long a message may stay without an acknowledgement: as long as the public client and agent wait.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long the agent may take from its handshake request to the handshake's completion. The agent gives the client 15 s for its
    /// part; four times that is a lost agent and not a slow one.
    /// </summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long the agent has to take in a refusal of its handshake before the connection is closed: a few round trips.
    /// </summary>
    public TimeSpan RefusalGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long the far side may be silent while it is listened to: two pings of the transport's. Zero switches the watch off.
    /// </summary>
    public TimeSpan DeadPeerAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>After this a connection counts as sound even if nothing came on it: an idle session has nothing to say.</summary>
    public TimeSpan SoundAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the service may take to answer our goodbye before the connection is cut.</summary>
    public TimeSpan GoodbyeGrace { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The defaults.</summary>
    public static DataChannelOptions Default { get; } = new();
}
