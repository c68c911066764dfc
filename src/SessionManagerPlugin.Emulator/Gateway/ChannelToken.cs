using System.Security.Cryptography;
using System.Text;

namespace SessionManagerPlugin.Emulator.Gateway;

/// <summary>The secret that opens a data channel. There is one at a time for each session.</summary>
internal sealed class ChannelToken
{
    private const int SizeInBytes = 48;

    private readonly byte[] _utf8;

    private ChannelToken(string value)
    {
        Value = value;
        _utf8 = Encoding.UTF8.GetBytes(value);
    }

    /// <summary>The text to be given to the client, and to nobody else.</summary>
    internal string Value { get; }

    /// <summary>Makes a new token.</summary>
    internal static ChannelToken Create() => new(Convert.ToBase64String(RandomNumberGenerator.GetBytes(SizeInBytes)));

    /// <summary>Whether a client's text is this token.</summary>
    internal bool Matches(string text) => CryptographicOperations.FixedTimeEquals(_utf8, Encoding.UTF8.GetBytes(text));

    /// <summary>Says nothing of the secret.</summary>
    public override string ToString() => nameof(ChannelToken);
}
