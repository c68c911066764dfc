using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using SessionManagerPlugin.Cli;
using SessionManagerPlugin.Core.DataChannels;
using SessionManagerPlugin.Core.Sessions;
using SessionManagerPlugin.Protocol.Messages;
using SessionManagerPlugin.Protocol.Payloads;

namespace SessionManagerPlugin.Tests.Fuzz;

/// <summary>
/// Whatever bytes come, from the wire or from a caller, every reader gives a value or says that it has none: never an exception of
/// another kind, never a piece that is not of the input, and the same answer twice.
/// </summary>
public class ReaderFuzzTests(ITestOutputHelper output)
{
    private const string CountVariable = "SSM_FUZZ_MUTATIONS";
    private const int MaxMutations = 6;
    private const int MaxLength = 4096;

    private static readonly byte[][] Corpus =
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Fuzz", "corpus")).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    // What parsers trip over, wherever it is put.
    private static readonly byte[][] Words =
    [
        [0], [0xFF], [0x80, 0, 0, 0], [0x7F, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 112], [0, 0, 0, 116], [0, 0, 0, 117],
        .. new[]
        {
            "\\ud800", "\\udc00", "\\u0000", "\\", "\"", "{", "}", "[", "]", ":", ",", "null", "true", "1e999", "-0", "9223372036854775808",
            "0.1", "\u0001", "\u00e9", "\ufeff", "//", "SessionId", "sessionId", "AcknowledgedMessageSequenceNumber", "acknowledge",
            "EXIT_CODE: ", "wss://", "https://", "://",
        }.Select(Encoding.UTF8.GetBytes),
        [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
    ];

    [Fact]
    public Task No_input_makes_a_reader_fail() => FuzzRun.RunAsync(
        seed =>
        {
            ReadAll(Mutated(seed));
            return Task.CompletedTask;
        },
        CountVariable,
        50_000,
        output);

    [Fact]
    public void No_file_of_the_corpus_makes_a_reader_fail_whole_or_cut_at_any_byte()
    {
        Assert.True(Corpus.Length > 50);
        foreach (var file in Corpus)
        {
            for (var length = 0; length <= file.Length; length++)
            {
                ReadAll(file[..length]);
            }
        }
    }

    private static byte[] Mutated(int seed)
    {
        var random = new Random(seed);
        var bytes = new List<byte>(Corpus[random.Next(Corpus.Length)]);
        for (var count = random.Next(1, MaxMutations + 1); count > 0; count--)
        {
            Mutate(bytes, random);
        }

        if (bytes.Count > MaxLength)
        {
            bytes.RemoveRange(MaxLength, bytes.Count - MaxLength);
        }

        byte[] mutated = [.. bytes];
        if (random.Next(2) == 0)
        {
            Seal(mutated, random);
        }

        return mutated;
    }

    private static void Mutate(List<byte> bytes, Random random)
    {
        var at = random.Next(bytes.Count + 1);
        var some = Math.Min(random.Next(1, 17), bytes.Count - at);
        switch (random.Next(7))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.InsertRange(at, Words[random.Next(Words.Length)]);
                break;
            case 3:
                var word = Words[random.Next(Words.Length)];
                bytes.RemoveRange(at, Math.Min(word.Length, bytes.Count - at));
                bytes.InsertRange(at, word);
                break;
            case 4:
                bytes.RemoveRange(at, some);
                break;
            case 5:
                bytes.InsertRange(at, bytes.GetRange(at, some));
                break;
            default:
                var other = Corpus[random.Next(Corpus.Length)];
                var from = random.Next(other.Length + 1);
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other[from..]);
                break;
        }
    }

    /// <summary>Gives a message the lengths and the digest that belong to it, so that readers do not stop at the first check.</summary>
    private static void Seal(byte[] message, Random random)
    {
        if (message.Length < 120)
        {
            return;
        }

        if (random.Next(4) != 0)
        {
            BinaryPrimitives.WriteUInt32BigEndian(message, 116);
            BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(116), (uint)(message.Length - 120));
        }

        SHA256.HashData(message.AsSpan(120)).CopyTo(message.AsSpan(80));
    }

    private static void ReadAll(byte[] bytes)
    {
        var first = Answers(bytes);
        Assert.Equal(first, Answers([.. bytes]));
    }

    /// <summary>What every reader says of some bytes, as text.</summary>
    private static string Answers(byte[] bytes)
    {
        var answers = new StringBuilder();
        ReadPayload(bytes, answers);
        var error = ClientMessageReader.Read(bytes, out var message);
        answers.AppendLine(error.ToString());
        if (error == ClientMessageError.None)
        {
            Assert.True(message.Payload.IsEmpty || bytes.AsSpan().Overlaps(message.Payload), "the payload is not of the input");
            Assert.True(bytes.AsSpan().Overlaps(message.MessageTypeUtf8), "the type is not of the input");
            Assert.NotEqual(0UL, message.CreatedDate);
            answers.AppendLine(message.Header.ToString());
            _ = SessionFlagPayload.TryRead(message.Payload, out var flag);
            answers.AppendLine(flag.ToString());
            ReadPayload(message.Payload.ToArray(), answers);
        }

        return answers.ToString();
    }

    private static void ReadPayload(byte[] bytes, StringBuilder answers)
    {
        answers.AppendLine(Acknowledgement.TryRead(bytes, out var acknowledgement) ? acknowledgement.ToString() : "no acknowledgement");
        Read(bytes, PayloadJson.OpenDataChannel, answers);
        Read(bytes, PayloadJson.TerminalSize, answers);
        Read(bytes, PayloadJson.ChannelClosed, answers);
        Read(bytes, PayloadJson.HandshakeResponse, answers);
        Read(bytes, PayloadJson.HandshakeComplete, answers);
        Read(bytes, PayloadJson.EncryptionChallenge, answers);
        Read(bytes, PayloadJson.AgentSessionState, answers);
        Read(bytes, PayloadJson.SessionTypeParameters, answers);
        if (Read(bytes, PayloadJson.HandshakeRequest, answers) is { } request)
        {
            var answer = HandshakeResponder.Answer(request, "1.3.0.0");
            Assert.NotEqual(answer.Start is null, answer.Refusal is null);
            Assert.DoesNotContain(answer.Refusal?.Message ?? "", char.IsControl);
            answers.AppendLine(Encoding.UTF8.GetString(PayloadJson.Write(answer.Response, PayloadJson.HandshakeResponse)));
        }

        var exitCode = new ExitCodeReader();
        var cut = bytes.Length / 2;
        exitCode.Append(bytes.AsSpan(0, cut));
        exitCode.Append(bytes.AsSpan(cut));
        answers.AppendLine(exitCode.Value?.ToString(CultureInfo.InvariantCulture) ?? "no exit code");
        ReadSession(Encoding.UTF8.GetString(bytes), answers);
        ReadSession(Encoding.Latin1.GetString(bytes), answers);
    }

    private static T? Read<T>(byte[] bytes, JsonTypeInfo<T> form, StringBuilder answers)
    {
        var isRead = PayloadJson.TryRead(bytes, form, out var value, out var error);
        Assert.Equal(isRead, error is null);
        answers.AppendLine(isRead ? typeof(T).Name : error);
        return value;
    }

    /// <summary>What a caller gives as the session, as the program reads it from its arguments.</summary>
    private static void ReadSession(string json, StringBuilder answers)
    {
        try
        {
            var fields = SessionResponse.ReadFields(SessionFields.ParseObject(json, "the JSON"), "the JSON");
            fields.ClientId ??= "c";
            answers.AppendLine(fields.ToDescription(static member => member).ToString());
        }
        catch (UsageException e)
        {
            Assert.DoesNotContain(e.Message, char.IsControl);
            answers.AppendLine(e.Message);
        }
    }
}
