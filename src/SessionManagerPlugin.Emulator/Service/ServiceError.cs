namespace SessionManagerPlugin.Emulator.Service;

/// <summary>An error as the API states it.</summary>
/// <param name="Type">The error's name, such as <c>TargetNotConnected</c>.</param>
/// <param name="Message">What the caller is told.</param>
/// <param name="Status">The HTTP status.</param>
internal sealed record ServiceError(string Type, string Message, int Status = 400)
{
    internal static ServiceError UnknownOperation() => new("UnknownOperationException", "The operation is not one of this service.");

    internal static ServiceError NotJson(string error) => new("SerializationException", $"The request cannot be read: {error}.");

    internal static ServiceError Missing(string member) => new(
        "ValidationException",
        $"1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null");

    internal static ServiceError TargetNotConnected(string target) => new("TargetNotConnected", $"{target} is not connected.");

    internal static ServiceError UnknownDocument(string name) => new("InvalidDocument", $"Document with name {name} does not exist.");

    internal static ServiceError NoPorts(string name) => new(
        "InvalidDocument",
        $"{name} is a document for port sessions, which this version of the emulator does not have yet.");

    internal static ServiceError MissingParameter(string name) => new("InvalidParameters", $"The document needs the parameter {name}.");

    internal static ServiceError NotANumber(string name) => new("InvalidParameters", $"The document's parameter {name} takes a number.");

    internal static ServiceError UnknownSession(string id) => new("DoesNotExistException", $"Session {id} does not exist.");

    internal static ServiceError TooManySessions() => new("ThrottlingException", "Rate exceeded: too many sessions are active.");
}
