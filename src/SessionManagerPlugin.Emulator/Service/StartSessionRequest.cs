namespace SessionManagerPlugin.Emulator.Service;

/// <summary>A StartSession call. Members that are not listed are ignored.</summary>
internal sealed record StartSessionRequest
{
    /// <summary>Whom to connect to; required.</summary>
    public string? Target { get; init; }

    /// <summary>The document that says what kind of session it is; a shell without one.</summary>
    public string? DocumentName { get; init; }

    /// <summary>The document's parameters.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Parameters { get; init; }

    /// <summary>Why, for the account's records.</summary>
    public string? Reason { get; init; }
}
