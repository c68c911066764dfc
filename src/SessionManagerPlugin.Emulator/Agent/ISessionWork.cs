namespace SessionManagerPlugin.Emulator.Agent;

/// <summary>A session's work under way. Disposing of it leaves nothing behind.</summary>
internal interface ISessionWork : IInputHandler, IAsyncDisposable
{
    /// <summary>Sends what the work puts out, until it ends by itself.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}
