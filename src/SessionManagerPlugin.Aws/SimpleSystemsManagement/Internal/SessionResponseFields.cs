namespace SessionManagerPlugin.Aws.SimpleSystemsManagement.Internal;

/// <summary>The members that the operations' responses have, all of them or some.</summary>
internal readonly record struct SessionResponseFields(string? SessionId, string? StreamUrl, string? TokenValue)
{
    /// <summary>Nothing: one of them is a secret.</summary>
    public override string ToString() => nameof(SessionResponseFields);
}
