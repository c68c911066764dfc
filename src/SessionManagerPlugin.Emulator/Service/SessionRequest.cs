namespace SessionManagerPlugin.Emulator.Service;

/// <summary>A ResumeSession or TerminateSession call.</summary>
internal sealed record SessionRequest
{
    /// <summary>The session; required.</summary>
    public string? SessionId { get; init; }
}
