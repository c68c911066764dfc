namespace SessionManagerPlugin.Core.Options;

/// <summary>The connection's bounds. The defaults are what the program uses.</summary>
public sealed record TransportOptions
{
    /// <summary>
    /// The largest message that is taken. Agents cut at 1024 bytes and the largest payload seen to work is 64 KiB; 1 MiB is far above
    /// both and far below what would hurt.
    /// </summary>
    public int MaxMessageSize { get; init; } = 1024 * 1024;

    /// <summary>How often a ping is sent: often enough for the routers on the way, which forget a silent connection after a minute or more.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one attempt to connect may take, name look-up, TLS and upgrade included.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a goodbye may take to leave: a peer that takes nothing cannot be told.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The defaults.</summary>
    public static TransportOptions Default { get; } = new();
}
