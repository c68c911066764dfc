using SessionManagerPlugin.Core.Errors;

namespace SessionManagerPlugin.Core.Sessions;

/// <summary>The way of local input to the data channel.</summary>
internal interface IShellInput
{
    /// <summary>Sends input until it ends.</summary>
    /// <exception cref="SessionException">Input cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The session is over.</exception>
    Task<ShellEnd> RunAsync(CancellationToken cancellationToken);
}
