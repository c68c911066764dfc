using System.ComponentModel;
using System.Diagnostics;

namespace SessionManagerPlugin.EndToEndTests.Fixtures;

/// <summary>The real AWS CLI.</summary>
internal static class AwsCli
{
    private static readonly Lazy<string?> Found = new(Find);

    /// <summary>Its path. The test that asks is skipped where there is none.</summary>
    public static string FilePath
    {
        get
        {
            Assert.SkipUnless(Found.Value is not null, "There is no AWS CLI on this machine: ./build.sh setup installs it.");
            return Found.Value!;
        }
    }

    /// <summary>The first in PATH that works: version managers put one there that only says that it is not installed.</summary>
    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Append("/usr/local/bin")
        .Append("/usr/bin")
        .Distinct(StringComparer.Ordinal)
        .Select(static folder => Path.Combine(folder, "aws"))
        .FirstOrDefault(static path => File.Exists(path) && IsWorking(path));

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
