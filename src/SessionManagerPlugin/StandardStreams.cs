using System.Text;

namespace SessionManagerPlugin;

/// <summary>
/// The program's own lines on standard output and standard error. Written without <see cref="Console.Out"/>, which would take over the
/// terminal's settings and load its description.
/// </summary>
internal static class StandardStreams
{
    /// <summary>Writes a status line where callers look for it: on standard output.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void WriteOutput(string text)
    {
        using var stream = Console.OpenStandardOutput();
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Writes an error. When even that cannot be written, the exit status has to do.</summary>
    public static void WriteError(string text)
    {
        try
        {
            using var stream = Console.OpenStandardError();
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (IOException)
        {
            // Nobody is left to be told.
        }
    }
}
