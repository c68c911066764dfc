using System.Runtime.InteropServices;

namespace SessionManagerPlugin.Emulator.Pty;

/// <summary>Strings as C has them: an array of pointers to UTF-8 text, with a null pointer at its end.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly byte** _pointers;
    private readonly int _count;

    internal NativeStrings(IEnumerable<string> strings)
    {
        string[] list = [.. strings];
        _count = list.Length;
        _pointers = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < _count; i++)
        {
            _pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(list[i]);
        }
    }

    /// <summary>The array; valid until this is disposed of.</summary>
    internal byte** Pointer => _pointers;

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var i = 0; i < _count; i++)
        {
            Marshal.FreeCoTaskMem((nint)_pointers[i]);
        }

        NativeMemory.Free(_pointers);
    }
}
