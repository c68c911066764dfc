using System.CommandLine;
using System.Globalization;
using SessionManagerPlugin.Cli;
using SessionManagerPlugin.Core.Options;

namespace SessionManagerPlugin.Tests.Cli;

/// <summary>What a user tunes takes effect, or is refused by its name before anything is contacted.</summary>
public class TuningTests
{
    private readonly FakeEnvironment _environment = new();

    /// <summary>An option, the text given for it, and the setting that follows, as text.</summary>
    public static TheoryData<string, string, string> Settings => new()
    {
        { "--resume-timeout", "90", "00:01:30" },
        { "--resume-timeout", "0", "00:00:00" },
        { "--resume-timeout", "86400", "1.00:00:00" },
        { "--ping-interval", "7.5", "00:00:07.5000000" },
        { "--ping-interval", "59", "00:00:59" },
        { "--dead-peer-timeout", "45", "00:00:45" },
        { "--dead-peer-timeout", "0", "00:00:00" },
        { "--payload-size", "1", "1" },
        { "--payload-size", "65536", "65536" },
        { "--coalesce-input", "auto", "Auto" },
        { "--coalesce-input", "on", "On" },
        { "--coalesce-input", "off", "Off" },
        { "--coalesce-delay-ms", "0", "00:00:00" },
        { "--coalesce-delay-ms", "1000", "00:00:01" },
    };

    public static TheoryData<string, string> Malformed
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var option in new[] { "--resume-timeout", "--ping-interval", "--dead-peer-timeout" })
            {
                foreach (var text in new[]
                {
                    "x", " 1", "1 ", "-1", "+1", "1e3", "1,5", "0x10", "86400.1", "86401", "99999999999999999999", new string('9', 400),
                    "NaN", "-NaN", "Infinity", "-Infinity", "∞", "-∞", "5s",
                })
                {
                    data.Add(option, text);
                }
            }

            foreach (var text in new[] { "0", "-1", "65537", "1.5", " 1", "99999999999", "many", "1k" })
            {
                data.Add("--payload-size", text);
            }

            foreach (var text in new[] { "-1", "1001", "0.5", " 1", "99999999999", "ten" })
            {
                data.Add("--coalesce-delay-ms", text);
            }

            foreach (var text in new[] { "Auto", "ON", "true", "1", " on", "always" })
            {
                data.Add("--coalesce-input", text);
            }

            return data;
        }
    }

    public static TheoryData<string> Options => new(
        Tuning.ResumeTimeout, Tuning.PingInterval, Tuning.DeadPeerTimeout, Tuning.PayloadSize, Tuning.CoalesceInput, Tuning.CoalesceDelay);

    [Fact]
    public void Without_a_word_of_the_user_everything_is_at_its_default()
    {
        var tuning = Tuning.FromEnvironment(_environment);
        Assert.Equal(SessionOptions.Default, tuning.Session);
        Assert.Equal(TransportOptions.Default, tuning.Transport);
        Assert.Equal(TimeSpan.FromMinutes(5), tuning.Session.Resume.Timeout);
        Assert.Equal(TimeSpan.FromSeconds(30), tuning.Transport.PingInterval);
        Assert.Equal(TimeSpan.FromSeconds(60), tuning.Session.Channel.DeadPeerAfter);
        Assert.Equal(1024, tuning.Session.Channel.PayloadSize);
        Assert.Equal(InputCoalescing.Auto, tuning.Session.Shell.Coalescing);
        Assert.Equal(TimeSpan.FromMilliseconds(10), tuning.Session.Shell.CoalescingDelay);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void An_option_takes_effect_and_goes_before_the_environment(
        string option, string text, string expected)
    {
        _environment.Variables[Tuning.VariableOf(option)] = "nonsense";
        Assert.Equal(expected, Setting(Read(option, text), option));
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_variable_takes_effect_where_no_option_is_given(
        string option, string text, string expected)
    {
        _environment.Variables[Tuning.VariableOf(option)] = text;
        Assert.Equal(expected, Setting(Tuning.FromEnvironment(_environment), option));
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_setting_changes_nothing_else(string option, string text, string expected)
    {
        Assert.Equal(expected, Setting(Read(option, text), option));
        foreach (var other in Options.Select(other => other.Data).Where(other => other != option))
        {
            Assert.Equal(Setting(Tuning.FromEnvironment(_environment), other), Setting(Read(option, text), other));
        }
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public void What_is_wrong_is_named_as_the_user_gave_it(string option, string text)
    {
        Assert.StartsWith($"{option} should be ", Assert.Throws<UsageException>(() => Read(option, text)).Message, StringComparison.Ordinal);

        var variable = Tuning.VariableOf(option);
        _environment.Variables[variable] = text;
        Assert.StartsWith(
            $"environment variable {variable} should be ",
            Assert.Throws<UsageException>(() => Tuning.FromEnvironment(_environment)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void An_empty_option_is_an_error_and_an_empty_variable_is_none(string option)
    {
        Assert.Throws<UsageException>(() => Read(option, ""));
        _environment.Variables[Tuning.VariableOf(option)] = "";
        Assert.Equal(SessionOptions.Default, Tuning.FromEnvironment(_environment).Session);
    }

    [Theory]
    [InlineData("--resume-timeout", "SSM_PLUGIN_RESUME_TIMEOUT")]
    [InlineData("--ping-interval", "SSM_PLUGIN_PING_INTERVAL")]
    [InlineData("--dead-peer-timeout", "SSM_PLUGIN_DEAD_PEER_TIMEOUT")]
    [InlineData("--payload-size", "SSM_PLUGIN_PAYLOAD_SIZE")]
    [InlineData("--coalesce-input", "SSM_PLUGIN_COALESCE_INPUT")]
    [InlineData("--coalesce-delay-ms", "SSM_PLUGIN_COALESCE_DELAY_MS")]
    public void Each_option_has_its_variable(string option, string variable) => Assert.Equal(variable, Tuning.VariableOf(option));

    [Theory]
    [MemberData(nameof(Options))]
    public void The_help_lists_each_option_with_its_unit(string option)
    {
        var root = new RootCommand();
        new GlobalOptions().AddTo(root);
        using var help = new StringWriter();
        root.Parse(["--help"]).Invoke(new InvocationConfiguration { Output = help });

        Assert.Matches($"{option} <[^>]+> +[A-Z]", help.ToString().ReplaceLineEndings(" "));
    }

    [Theory]
    [InlineData("0", "60", 0, 0)]
    [InlineData("30", "10", 5, 10)]
    [InlineData("30", "0", 30, 0)]
    [InlineData("20", "60", 20, 60)]
    public void An_idle_session_is_not_taken_for_dead_because_nobody_asked_whether_it_lives(string ping, string dead, int pingSeconds, int deadSeconds)
    {
        var tuning = Tuning.Read(
            name => name == Tuning.PingInterval ? ping : name == Tuning.DeadPeerTimeout ? dead : null, new FakeEnvironment());

        Assert.Equal(TimeSpan.FromSeconds(pingSeconds), tuning.Transport.PingInterval);
        Assert.Equal(TimeSpan.FromSeconds(deadSeconds), tuning.Session.Channel.DeadPeerAfter);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void The_command_line_gives_what_stands_on_it(string option, string text, string expected)
    {
        var root = new RootCommand();
        var options = new GlobalOptions();
        options.AddTo(root);
        Assert.Equal(expected, Setting(options.ReadTuning(root.Parse([option, text]), _environment), option));
    }

    private static string Setting(Tuning tuning, string option)
    {
        object setting = option switch
        {
            Tuning.ResumeTimeout => tuning.Session.Resume.Timeout,
            Tuning.PingInterval => tuning.Transport.PingInterval,
            Tuning.DeadPeerTimeout => tuning.Session.Channel.DeadPeerAfter,
            Tuning.PayloadSize => tuning.Session.Channel.PayloadSize,
            Tuning.CoalesceInput => tuning.Session.Shell.Coalescing,
            _ => tuning.Session.Shell.CoalescingDelay,
        };
        return string.Create(CultureInfo.InvariantCulture, $"{setting}");
    }

    private Tuning Read(string option, string text) => Tuning.Read(name => name == option ? text : null, _environment);
}
