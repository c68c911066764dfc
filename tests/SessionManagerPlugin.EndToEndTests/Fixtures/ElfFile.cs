using System.Buffers.Binary;
using System.Text;

namespace SessionManagerPlugin.EndToEndTests.Fixtures;

/// <summary>What a Linux program's file says of itself. 64 bits, little-endian: x64 and arm64.</summary>
internal sealed class ElfFile
{
    private const int SectionTableOffset = 0x28;
    private const int SectionEntrySize = 0x3A;
    private const long NeededTag = 1;

    private readonly byte[] _bytes;

    private ElfFile(byte[] bytes)
    {
        _bytes = bytes;
        Assert.True(bytes is [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, ..], "It is no 64-bit little-endian ELF file.");

        var table = (int)Long(SectionTableOffset);
        int size = Short(SectionEntrySize);
        int count = Short(SectionEntrySize + 2);
        int nameIndex = Short(SectionEntrySize + 4);
        var headers = Enumerable.Range(0, count).Select(i => table + (i * size)).ToArray();
        var sections = headers.ToDictionary(header => Text(Section(headers[nameIndex]), (int)Word(header)), StringComparer.Ordinal);
        SectionNames = [.. sections.Keys];

        var strings = Section(sections[".dynstr"]);
        var entries = Section(sections[".dynamic"]);
        for (var at = 0; at < entries.Length; at += 16)
        {
            if (BinaryPrimitives.ReadInt64LittleEndian(entries[at..]) == NeededTag)
            {
                NeededLibraries.Add(Text(strings, (int)BinaryPrimitives.ReadInt64LittleEndian(entries[(at + 8)..])));
            }
        }
    }

    public IReadOnlyList<string> SectionNames { get; }

    /// <summary>The libraries that the loader brings in before the program starts.</summary>
    public List<string> NeededLibraries { get; } = [];

    public static ElfFile Read(string path)
    {
        Assert.True(File.Exists(path), $"{path} is missing: run ./build.sh publish.");
        return new ElfFile(File.ReadAllBytes(path));
    }

    private ReadOnlySpan<byte> Section(int header) => _bytes.AsSpan((int)Long(header + 0x18), (int)Long(header + 0x20));

    private ushort Short(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(at));

    private uint Word(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(at));

    private long Long(int at) => BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(at));

    private static string Text(ReadOnlySpan<byte> strings, int at)
    {
        var rest = strings[at..];
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)0)]);
    }
}
