using System.CommandLine;
using System.CommandLine.Parsing;

namespace SessionManagerPlugin.Cli;

/// <summary>The program's own commands, read by the command-line parser.</summary>
internal static class CommandLineForm
{
    // Longer than any word of ours, shorter than a token.
    private const int MaxQuotedLength = 40;

    private static readonly string[] Commands = ["connect"];

    /// <summary>
    /// The text for a first word that is no command, as the Go client says it; null for anything else. What does not look like a word is
    /// not quoted: it can be a token.
    /// </summary>
    public static string? UnknownOperation(IReadOnlyList<string> arguments)
    {
        var first = arguments[0];
        if (first.StartsWith('-') || Commands.Contains(first, StringComparer.Ordinal) || SessionResponse.IsResponse(first))
        {
            return null;
        }

        var isWord = first.Length <= MaxQuotedLength && first.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
        return $"\nUnknown operation {(isWord ? first : "")}. \nUse session-manager-plugin --version to check the version.\n\n";
    }

    /// <summary>Parses the arguments and runs the command that they name.</summary>
    /// <returns>The exit status.</returns>
    /// <exception cref="UsageException">The arguments are wrong.</exception>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, IEnvironment environment)
    {
        var global = new GlobalOptions();
        var root = new RootCommand(
            "Opens AWS Systems Manager Session Manager sessions. AWS CLI and other tools start it as\n"
            + "  session-manager-plugin RESPONSE REGION StartSession [PROFILE [REQUEST [ENDPOINT]]]\n"
            + "where RESPONSE is the StartSession response as JSON, or the name of an environment variable that holds it.");
        global.AddTo(root);
        root.Add(ConnectCommand.Create(global, environment));

        var parsed = root.Parse(WithCommand(arguments));
        if (parsed.Errors.Count > 0)
        {
            // What is wrong with an argument says more than that there is one too many; one that names a word more than that there is
            // no command.
            var error = parsed.Errors.FirstOrDefault(static error => error.SymbolResult is not CommandResult)
                ?? parsed.Errors.FirstOrDefault(static error => error.Message.Contains('\''))
                ?? parsed.Errors[0];
            throw new UsageException(TextOf(error, parsed));
        }

        // Errors are reported in one place, and standard output is written without the console's own writer.
        using var output = new StringWriter();
        var exitCode = await parsed.InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, ProcessTerminationTimeout = null })
            .ConfigureAwait(false);
        StandardStreams.WriteOutput(output.ToString());
        return exitCode;
    }

    /// <summary>A JSON argument without a command is connect's.</summary>
    private static IReadOnlyList<string> WithCommand(IReadOnlyList<string> arguments) =>
        SessionResponse.IsResponse(arguments[0]) ? ["connect", .. arguments] : arguments;

    private static string TextOf(ParseError error, ParseResult parsed)
    {
        // The parser quotes what it does not understand, and that can be a token. An option's name cannot.
        var text = error.Message;
        foreach (var token in parsed.Tokens.Where(static token => !IsOptionName(token.Value)))
        {
            text = text.Replace($"'{token.Value}'", "(not shown)", StringComparison.Ordinal);
        }

        return text;
    }

    private static bool IsOptionName(string word) =>
        word.Length is > 1 and <= MaxQuotedLength && word[0] == '-' && word.All(static c => char.IsAsciiLetterLower(c) || c == '-');
}
