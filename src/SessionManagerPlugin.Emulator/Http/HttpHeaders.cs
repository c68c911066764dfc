namespace SessionManagerPlugin.Emulator.Http;

/// <summary>The header fields of a request, in order; names are compared without regard to case.</summary>
internal sealed class HttpHeaders(IReadOnlyList<KeyValuePair<string, string>> fields)
{
    /// <summary>All fields.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Fields { get; } = fields;

    /// <summary>The first value of a field; null when there is none.</summary>
    internal string? this[string name]
    {
        get
        {
            foreach (var field in Fields)
            {
                if (IsName(field.Key, name))
                {
                    return field.Value;
                }
            }

            return null;
        }
    }

    /// <summary>How often a field is given.</summary>
    internal int Count(string name) => Fields.Count(field => IsName(field.Key, name));

    /// <summary>Whether a field that is a list, such as Connection, has a token in any of its lines.</summary>
    internal bool HasToken(string name, string token) => Fields.Any(field =>
        IsName(field.Key, name)
        && field.Value.Split(',').Any(part => part.Trim().Equals(token, StringComparison.OrdinalIgnoreCase)));

    private static bool IsName(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
