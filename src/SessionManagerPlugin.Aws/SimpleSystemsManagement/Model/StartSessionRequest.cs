using System.Text.Json;

namespace SessionManagerPlugin.Aws.SimpleSystemsManagement.Model;

/// <summary>Asks for a session on a target.</summary>
internal sealed class StartSessionRequest : SessionRequest
{
    /// <summary>The target, such as an instance's id.</summary>
    internal string? Target { get; set; }

    /// <summary>The document that says what kind of session it is; null is a shell.</summary>
    internal string? DocumentName { get; set; }

    /// <summary>The document's parameters.</summary>
    internal Dictionary<string, List<string>>? Parameters { get; set; }

    /// <summary>Why the session is wanted, for the account's records.</summary>
    internal string? Reason { get; set; }

    /// <inheritdoc/>
    internal override void Write(Utf8JsonWriter writer)
    {
        WriteText(writer, nameof(Target), Target);
        WriteText(writer, nameof(DocumentName), DocumentName);
        WriteText(writer, nameof(Reason), Reason);
        if (Parameters is null)
        {
            return;
        }

        writer.WriteStartObject(nameof(Parameters));
        foreach (var (name, values) in Parameters)
        {
            writer.WriteStartArray(name);
            foreach (var value in values)
            {
                writer.WriteStringValue(value);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }
}
