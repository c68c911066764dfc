namespace SessionManagerPlugin.Emulator.Agent;

/// <summary>Which sessions begin with a handshake.</summary>
internal enum HandshakeMode
{
    /// <summary>Those of an agent of version 3.3: non-interactive commands and ports, not what runs on a terminal.</summary>
    Auto,

    /// <summary>Every session, as when encryption is on.</summary>
    Always,

    /// <summary>None, as with the oldest agents.</summary>
    Never,
}
