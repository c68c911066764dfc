using System.Text;

namespace SessionManagerPlugin.EndToEndTests.Fixtures;

/// <summary>
/// What the processes of one test are started with: nothing of the user's own set-up, and a mark by which they and all their
/// descendants are found again.
/// </summary>
internal sealed class TestEnvironment : IDisposable
{
    /// <summary>The prompt of the far shell.</summary>
    public const string Prompt = "ready> ";

    private const string MarkName = "SESSION_MANAGER_PLUGIN_TEST";

    private readonly string _mark = Guid.NewGuid().ToString("N");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("session-manager-plugin-test-");

    /// <summary>An empty folder of the test's own, the processes' home.</summary>
    public string Folder => _folder.FullName;

    /// <summary>The variables, which the caller may change.</summary>
    public Dictionary<string, string> Create() => new(StringComparer.Ordinal)
    {
        [MarkName] = _mark,
        ["PATH"] = $"{Artifacts.Folder}:{Environment.GetEnvironmentVariable("PATH")}",
        ["HOME"] = Folder,
        ["LANG"] = "C.UTF-8",
        ["TERM"] = "xterm-256color",
        ["PS1"] = Prompt,
        ["AWS_ACCESS_KEY_ID"] = "AKIAIOSFODNN7EXAMPLE",
        ["AWS_SECRET_ACCESS_KEY"] = "example",
        ["AWS_CONFIG_FILE"] = "/dev/null",
        ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null",
        ["AWS_EC2_METADATA_DISABLED"] = "true",
        ["AWS_PAGER"] = "",
    };

    /// <summary>Waits until none of the test's processes lives, and fails when one stays.</summary>
    public async Task ExpectNoProcessAsync(string when)
    {
        using var limit = new CancellationTokenSource(Limits.Wait / 3);
        while (true)
        {
            var left = FindProcesses();
            if (left.Count == 0)
            {
                return;
            }

            if (limit.IsCancellationRequested)
            {
                Assert.Fail($"{when}, these processes are left: {string.Join("; ", left.Values)}");
            }

            await Task.Delay(Limits.Poll, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The test's living processes: their ids and command lines.</summary>
    public IReadOnlyDictionary<int, string> FindProcesses()
    {
        var mark = Encoding.ASCII.GetBytes($"{MarkName}={_mark}");
        var found = new Dictionary<int, string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var processId))
            {
                continue;
            }

            try
            {
                // That of a process that is dead and waits to be reaped is empty.
                if (File.ReadAllBytes(Path.Combine(folder, "environ")).AsSpan().IndexOf(mark) >= 0)
                {
                    var commandLine = File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' ').Trim();
                    found.Add(processId, $"{processId} {commandLine}");
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has exited meanwhile, or is another user's and so not ours.
            }
        }

        return found;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
