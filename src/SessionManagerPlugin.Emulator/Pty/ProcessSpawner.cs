using System.Runtime.InteropServices;

namespace SessionManagerPlugin.Emulator.Pty;

/// <summary>
/// Starts processes with <c>posix_spawn</c>: managed code must not run between a fork and the exec. Every process leads a session of its
/// own, with default signal dispositions and no blocked signals, whatever this process inherited.
/// </summary>
internal static unsafe class ProcessSpawner
{
    private const int StandardInput = 0;
    private const int StandardOutput = 1;
    private const int StandardError = 2;

    /// <summary>Starts a process on a terminal, which becomes its controlling terminal.</summary>
    /// <param name="options">What to run.</param>
    /// <param name="terminal">The path of the terminal, such as <c>/dev/pts/3</c>.</param>
    /// <returns>The process id.</returns>
    /// <exception cref="IOException">It cannot be started.</exception>
    internal static int SpawnOnTerminal(SpawnOptions options, string terminal) => Spawn(options, actions =>
    {
        // The first terminal that a session leader without one opens becomes its controlling terminal.
        AddOpen(actions, StandardInput, terminal, LibC.OpenReadWrite);
        AddDuplicate(actions, StandardInput, StandardOutput);
        AddDuplicate(actions, StandardInput, StandardError);
    });

    /// <summary>Starts a process without a terminal and with nothing to read.</summary>
    /// <param name="options">What to run.</param>
    /// <param name="output">The descriptor for its standard output.</param>
    /// <param name="error">The descriptor for its standard error.</param>
    /// <returns>The process id.</returns>
    /// <exception cref="IOException">It cannot be started.</exception>
    internal static int SpawnOnPipes(SpawnOptions options, SafeHandle output, SafeHandle error) => Spawn(options, actions =>
    {
        AddOpen(actions, StandardInput, "/dev/null", LibC.OpenReadOnly);
        AddDuplicate(actions, (int)output.DangerousGetHandle(), StandardOutput);
        AddDuplicate(actions, (int)error.DangerousGetHandle(), StandardError);
    });

    private static int Spawn(SpawnOptions options, Action<nint> addActions)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("Processes of sessions are started on Linux only.");
        }

        var attributes = stackalloc byte[LibC.OpaqueSize];
        var actions = stackalloc byte[LibC.OpaqueSize];
        var signals = stackalloc byte[LibC.OpaqueSize];
        Check("posix_spawnattr_init", LibC.SpawnAttributesInit(attributes));
        Check("posix_spawn_file_actions_init", LibC.SpawnActionsInit(actions));
        try
        {
            const short Flags = LibC.SpawnSetSession | LibC.SpawnSetSignalDefaults | LibC.SpawnSetSignalMask;
            Check("posix_spawnattr_setflags", LibC.SpawnAttributesSetFlags(attributes, Flags));
            Check("sigfillset", LibC.SignalSetFill(signals));
            Check("posix_spawnattr_setsigdefault", LibC.SpawnAttributesSetSignalDefaults(attributes, signals));
            Check("sigemptyset", LibC.SignalSetClear(signals));
            Check("posix_spawnattr_setsigmask", LibC.SpawnAttributesSetSignalMask(attributes, signals));

            addActions((nint)actions);
            if (options.WorkingDirectory is { } directory)
            {
                using var path = new NativeStrings([directory]);
                Check("posix_spawn_file_actions_addchdir_np", LibC.SpawnActionsAddChangeDirectory(actions, path.Pointer[0]));
            }

            using var arguments = new NativeStrings([options.ArgumentZero ?? options.FileName, .. options.Arguments]);
            using var environment = new NativeStrings(
                (options.Environment ?? SpawnOptions.CopyEnvironment()).Select(variable => $"{variable.Key}={variable.Value}"));
            using var file = new NativeStrings([options.FileName]);
            int processId;
            Check(
                options.FileName,
                LibC.PosixSpawn(&processId, file.Pointer[0], actions, attributes, arguments.Pointer, environment.Pointer));
            return processId;
        }
        finally
        {
            _ = LibC.SpawnActionsDestroy(actions);
            _ = LibC.SpawnAttributesDestroy(attributes);
        }
    }

    private static void AddOpen(nint actions, int descriptor, string path, int flags)
    {
        using var text = new NativeStrings([path]);
        Check("posix_spawn_file_actions_addopen", LibC.SpawnActionsAddOpen((void*)actions, descriptor, text.Pointer[0], flags, 0));
    }

    private static void AddDuplicate(nint actions, int descriptor, int newDescriptor) =>
        Check("posix_spawn_file_actions_adddup2", LibC.SpawnActionsAddDuplicate((void*)actions, descriptor, newDescriptor));

    /// <summary>These calls return their error number instead of setting errno.</summary>
    private static void Check(string call, int error)
    {
        if (error != 0)
        {
            throw LibC.Error(call, error);
        }
    }
}
