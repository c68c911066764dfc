using System.ComponentModel;
using System.Diagnostics;

namespace SessionManagerPlugin.EndToEndTests.Fixtures;

/// <summary>The real AWS CLI.</summary>
internal static class AwsCli
{
    private static readonly Lazy<string[]> Found = new(Find);

    /// <summary>The path of the one that the system's packages bring, or of another. The test that asks is skipped where there is none.</summary>
    public static string FilePath => All[0];

    /// <summary>
    /// The paths of all that there are. Older ones pass the response as an argument, newer ones by the environment. The test that asks is
    /// skipped where there is none.
    /// </summary>
    public static IReadOnlyList<string> All
    {
        get
        {
            Assert.SkipUnless(Found.Value.Length > 0, "There is no AWS CLI on this machine: ./build.sh setup installs it.");
            return Found.Value;
        }
    }

    /// <summary>Those that work: version managers put one into PATH that may only say that it is not installed.</summary>
    private static string[] Find() =>
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Prepend("/usr/local/bin")
            .Prepend("/usr/bin")
            .Distinct(StringComparer.Ordinal)
            .Select(static folder => Path.Combine(folder, "aws"))
            .Where(static path => File.Exists(path) && IsWorking(path)),
    ];

    private static bool IsWorking(string path)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(path, "--version")
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.StandardInput.Close();
            if (process.WaitForExit(Limits.Wait))
            {
                return process.ExitCode == 0;
            }

            process.Kill();
            return false;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
