using System.Text;
using SessionManagerPlugin.Terminal.Unix;

namespace SessionManagerPlugin;

/// <summary>
/// The program's own lines on standard output and standard error. Written without <see cref="Console"/> where it would take over the
/// terminal's settings and signals.
/// </summary>
internal static class StandardStreams
{
    /// <summary>Enough for a reader that is only busy, and not so long that an end which was asked for seems not to come.</summary>
    private static readonly TimeSpan OutputPatience = TimeSpan.FromSeconds(0.5);

    /// <summary>Writes a status line where callers look for it: on standard output.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void WriteOutput(string text)
    {
        using Stream stream = OperatingSystem.IsWindows() ? Console.OpenStandardOutput() : new DescriptorStream(LibC.StandardOutput);
        try
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (IOException e)
        {
            throw new IOException($"standard output cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Writes a status line unless nobody takes output at the moment: a full pipe, a terminal that is stopped.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void WriteOutputIfReady(string text)
    {
        if (OperatingSystem.IsWindows() || DescriptorStream.IsReady(LibC.StandardOutput, OutputPatience))
        {
            WriteOutput(text);
        }
    }

    /// <summary>Writes an error. When even that cannot be written, the exit status has to do.</summary>
    public static void WriteError(string text)
    {
        try
        {
            using var stream = OpenError();
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (IOException)
        {
            // Nobody is left to be told.
        }
    }

    /// <summary>Standard error as a stream.</summary>
    public static Stream OpenError() =>
        OperatingSystem.IsWindows() ? Console.OpenStandardError() : new DescriptorStream(LibC.StandardError);
}
