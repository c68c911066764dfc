using System.Globalization;
using SessionManagerPlugin.Core.Options;

namespace SessionManagerPlugin.Cli;

/// <summary>
/// What a user may tune: the texts of the options, or of the environment where callers such as AWS CLI pass no options on. An option goes
/// before the environment.
/// </summary>
internal sealed record Tuning
{
    private const int MinPayloadSize = 1;
    private const int MaxPayloadSize = 64 * 1024;

    /// <summary>Each setting with the options' name for it; the environment's name follows from it.</summary>
    public const string ResumeTimeout = "--resume-timeout";
    public const string PingInterval = "--ping-interval";
    public const string DeadPeerTimeout = "--dead-peer-timeout";
    public const string PayloadSize = "--payload-size";
    public const string CoalesceInput = "--coalesce-input";
    public const string CoalesceDelay = "--coalesce-delay-ms";

    /// <summary>The options of the session.</summary>
    public required SessionOptions Session { get; init; }

    /// <summary>The options of the connection.</summary>
    public required TransportOptions Transport { get; init; }

    /// <summary>The environment variable that stands in for an option: SSM_PLUGIN_RESUME_TIMEOUT for --resume-timeout.</summary>
    public static string VariableOf(string option) => "SSM_PLUGIN_" + option[2..].Replace('-', '_').ToUpperInvariant();

    /// <summary>Reads and checks every setting.</summary>
    /// <param name="option">The text that was given for an option; null when none was.</param>
    /// <param name="environment">Where to look then.</param>
    /// <exception cref="UsageException">A setting is malformed; the message names it as it was given.</exception>
    public static Tuning Read(Func<string, string?> option, IEnvironment environment)
    {
        (string Text, string Name)? Given(string name)
        {
            if (option(name) is { } text)
            {
                return (text, name);
            }

            var variable = VariableOf(name);
            return environment.Get(variable) is { Length: > 0 } value ? (value, $"environment variable {variable}") : null;
        }

        var channel = DataChannelOptions.Default;
        var shell = ShellOptions.Default;
        var transport = TransportOptions.Default;
        var ping = Duration(Given(PingInterval), TimeSpan.FromSeconds(1), transport.PingInterval);
        var deadPeer = Duration(Given(DeadPeerTimeout), TimeSpan.FromSeconds(1), channel.DeadPeerAfter);
        return new Tuning
        {
            // Without a ping an idle service has nothing to answer, so its silence says nothing; and a ping must have the time to be answered.
            Transport = transport with { PingInterval = deadPeer > TimeSpan.Zero && ping >= deadPeer ? deadPeer / 2 : ping },
            Session = SessionOptions.Default with
            {
                Resume = ResumeOptions.Default with
                {
                    Timeout = Duration(Given(ResumeTimeout), TimeSpan.FromSeconds(1), ResumeOptions.Default.Timeout),
                },
                Channel = channel with
                {
                    DeadPeerAfter = ping > TimeSpan.Zero ? deadPeer : TimeSpan.Zero,
                    PayloadSize = Number(Given(PayloadSize), MinPayloadSize, MaxPayloadSize, channel.PayloadSize),
                },
                Shell = shell with
                {
                    Coalescing = Coalescing(Given(CoalesceInput), shell.Coalescing),
                    CoalescingDelay = TimeSpan.FromMilliseconds(
                        Number(Given(CoalesceDelay), 0, 1000, (int)shell.CoalescingDelay.TotalMilliseconds)),
                },
            },
        };
    }

    /// <summary>What the environment asks for.</summary>
    public static Tuning FromEnvironment(IEnvironment environment) => Read(static _ => null, environment);

    private static TimeSpan Duration((string Text, string Name)? given, TimeSpan unit, TimeSpan otherwise)
    {
        if (given is not var (text, name))
        {
            return otherwise;
        }

        // A day is longer than any session; it also keeps the sum of times far from overflow. Compared before it is a time, which some
        // numbers, and what is no number ("NaN" is read as one), cannot become.
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count >= 0 && count <= TimeSpan.FromDays(1) / unit
            ? count * unit
            : throw new UsageException($"{name} should be a number of seconds from 0 to 86400, where 0 switches it off");
    }

    private static int Number((string Text, string Name)? given, int min, int max, int otherwise)
    {
        if (given is not var (text, name))
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw new UsageException($"{name} should be a whole number from {min} to {max}");
    }

    private static InputCoalescing Coalescing((string Text, string Name)? given, InputCoalescing otherwise) => given switch
    {
        null => otherwise,
        ("auto", _) => InputCoalescing.Auto,
        ("on", _) => InputCoalescing.On,
        ("off", _) => InputCoalescing.Off,
        var (_, name) => throw new UsageException($"{name} should be auto, on or off"),
    };
}
