using System.Text;

namespace SessionManagerPlugin.Emulator.Cli;

/// <summary>
/// Lines to standard output and standard error. Not by way of Console.Out, which would take over the terminal's settings.
/// </summary>
internal static class StandardStreams
{
    private static readonly Lock Gate = new();

    internal static void WriteLine(string line) => Write(Console.OpenStandardOutput(), line);

    internal static void WriteErrorLine(string line) => Write(Console.OpenStandardError(), line);

    private static void Write(Stream stream, string line)
    {
        using (stream)
        {
            lock (Gate)
            {
                stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
                stream.Flush();
            }
        }
    }
}
