namespace SessionManagerPlugin.Emulator.Faults;

/// <summary>What faults do to a connection. Each may come at any time, also when the connection is ending.</summary>
internal interface IFaultyConnection
{
    /// <summary>Resets it, without a word.</summary>
    void Cut();

    /// <summary>Closes it as the service closes one that is an hour old.</summary>
    void SayBye();

    /// <summary>From now on nothing of it is read or written.</summary>
    void Freeze();

    /// <summary>It goes on.</summary>
    void Thaw();
}
