using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using SessionManagerPlugin.Emulator.Agent;
using SessionManagerPlugin.Emulator.Faults;

namespace SessionManagerPlugin.Emulator.Cli;

/// <summary>The command line: its options, and the values that they were given.</summary>
internal sealed class EmulatorCommandLine
{
    private const double MaxLatencyMilliseconds = 60_000;

    private const string Description = """
        Stands in for the AWS Session Manager service, its message gateway and the agent, on loopback.

        Documents: SSM-SessionManagerRunShell, AWS-StartInteractiveCommand, AWS-StartNonInteractiveCommand, and for tests
          Test-Sink (bytes)          takes so many bytes of input, then puts out their SHA-256
          Test-Source (bytes, seed)  puts out so many bytes that follow from the seed, then their SHA-256 to standard error
          Test-Echo (bytes)          sends input back until it has sent so many bytes
        """;

    private static readonly string[] HandshakeModes = ["auto", "always", "never"];

    private readonly Option<int> _port = new("--port")
    {
        Description = "The port on 127.0.0.1; 0 takes any that is free.",
        HelpName = "PORT",
    };

    private readonly Option<string[]> _target = Repeatable("--target", "ID", "A target that is connected. May be given again; every target is when it is not given.");

    private readonly Option<string> _shell = new("--shell")
    {
        Description = "The shell of shell sessions. Default: $SHELL, or /bin/sh.",
        HelpName = "PATH",
    };

    private readonly Option<string> _agentVersion = new("--agent-version")
    {
        Description = "The version that the agent states in its handshake.",
        HelpName = "VERSION",
        DefaultValueFactory = _ => new EmulatorOptions().Agent.Version,
    };

    private readonly Option<string> _handshake = new("--handshake")
    {
        Description = "Which sessions begin with a handshake; auto: those of an agent of version 3.3.",
        HelpName = "MODE",
        DefaultValueFactory = _ => HandshakeModes[0],
    };

    private readonly Option<string> _customerMessage = new("--customer-message")
    {
        Description = "What the end of the handshake tells the user.",
        HelpName = "TEXT",
    };

    private readonly Option<string[]> _requestAction = Repeatable("--request-action", "NAME", "A further action that the handshake asks for. May be given again.");

    private readonly Option<string> _sessionType = new("--session-type")
    {
        Description = "The session type that the handshake states instead of the true one.",
        HelpName = "NAME",
    };

    private readonly Option<double> _sessionTimeout = new("--session-timeout")
    {
        Description = "How long a session lives without a client.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => new EmulatorOptions().SessionTimeout.TotalSeconds,
    };

    private readonly Option<string> _tlsCertificate = new("--tls-certificate")
    {
        Description = "A PEM file with a certificate: the service and the gateway speak TLS. Needs --tls-key.",
        HelpName = "FILE",
    };

    private readonly Option<string> _tlsKey = new("--tls-key")
    {
        Description = "A PEM file with the certificate's private key.",
        HelpName = "FILE",
    };

    private readonly Option<string> _faults = new("--faults")
    {
        Description = "What goes wrong between client and agent: NAME=VALUE, separated by commas, such as"
            + " drop=0.02,duplicate=0.02,reorder=0.05,corrupt=0.001,delay=5-20,cut-every=1,cut-after=5000,close-every=60,refuse=2,"
            + "freeze-every=10:3,seed=42. Probabilities are for each message, in each direction; up- and down- in front of their names,"
            + " and of delay (in milliseconds), mean one direction. Times are in seconds. The seed that decides is logged.",
        HelpName = "SPEC",
    };

    private readonly Option<double> _latency = new("--latency-ms")
    {
        Description = "How long a message and its answer are on their way.",
        HelpName = "MS",
    };

    private readonly Option<string> _bandwidth = new("--bandwidth")
    {
        Description = "What each direction carries, such as 20mbit or 2MB/s.",
        HelpName = "RATE",
    };

    private readonly Option<int> _agentPayloadSize = new("--agent-payload-size")
    {
        Description = "Where the agent cuts its output, in bytes.",
        HelpName = "BYTES",
        DefaultValueFactory = _ => new EmulatorOptions().Agent.PayloadSize,
    };

    private readonly Option<double> _agentFlushTimeout = new("--agent-flush-timeout")
    {
        Description = "How long the agent waits at a session's end for its last output to be acknowledged.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => new EmulatorOptions().Agent.FlushTimeout.TotalSeconds,
    };

    private readonly Option<string> _agentResend = new("--agent-resend")
    {
        Description = "What the agent sends again ten times a second: its oldest message, as the real one, or all that are overdue.",
        HelpName = "oldest|all",
        DefaultValueFactory = _ => "oldest",
    };

    private readonly Option<bool> _verbose = new("--verbose", "-v")
    {
        Description = "Log everything to standard error, and not only what is wrong.",
    };

    internal EmulatorCommandLine()
    {
        _handshake.AcceptOnlyFromAmong(HandshakeModes);
        _agentResend.AcceptOnlyFromAmong("oldest", "all");
        _port.Validators.Add(result => Require(
            result,
            text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= ushort.MaxValue,
            "a port number"));
        _sessionTimeout.Validators.Add(RequireSeconds);
        _agentFlushTimeout.Validators.Add(RequireSeconds);

        _faults.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !FaultSpecParser.TryParse(text, out _, out var error))
            {
                result.AddError($"--faults: {error}.");
            }
        });
        _latency.Validators.Add(result => Require(
            result,
            text => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var milliseconds)
                && milliseconds <= MaxLatencyMilliseconds,
            "milliseconds, up to a minute"));
        _bandwidth.Validators.Add(result => Require(result, text => Bandwidth.TryParse(text, out _), Bandwidth.Form));
        _agentPayloadSize.Validators.Add(result => Require(
            result,
            text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                && size is > 0 and <= AgentDataChannel.MaxPayloadSize,
            $"a number of bytes, up to {AgentDataChannel.MaxPayloadSize}"));

        Root = new RootCommand(Description)
        {
            _port,
            _target,
            _shell,
            _agentVersion,
            _handshake,
            _customerMessage,
            _requestAction,
            _sessionType,
            _sessionTimeout,
            _tlsCertificate,
            _tlsKey,
            _faults,
            _latency,
            _bandwidth,
            _agentPayloadSize,
            _agentFlushTimeout,
            _agentResend,
            _verbose,
        };
        Root.Validators.Add(result =>
        {
            if ((result.GetResult(_tlsCertificate) is null) != (result.GetResult(_tlsKey) is null))
            {
                result.AddError("--tls-certificate and --tls-key are given together.");
            }
        });
    }

    /// <summary>The command, to be parsed and asked for help.</summary>
    internal RootCommand Root { get; }

    /// <summary>Whether everything is logged.</summary>
    internal bool IsVerbose(ParseResult result) => result.GetValue(_verbose);

    /// <summary>The files of the certificate; null without TLS.</summary>
    internal (string Certificate, string Key)? TlsFiles(ParseResult result) =>
        result.GetValue(_tlsCertificate) is { } certificate ? (certificate, result.GetValue(_tlsKey)!) : null;

    /// <summary>The options that were given, without the certificate, which is a file to be read.</summary>
    internal EmulatorOptions ToOptions(ParseResult result) => new()
    {
        Port = result.GetValue(_port),
        Targets = result.GetValue(_target) ?? [],
        SessionTimeout = TimeSpan.FromSeconds(result.GetValue(_sessionTimeout)),
        Faults = result.GetValue(_faults) is { } faults && FaultSpecParser.TryParse(faults, out var spec, out _) ? spec : null,
        Network = new()
        {
            RoundTrip = TimeSpan.FromMilliseconds(result.GetValue(_latency)),
            BytesPerSecond = Bandwidth.TryParse(result.GetValue(_bandwidth) ?? "", out var bytes) ? bytes : null,
        },
        Agent = new()
        {
            PayloadSize = result.GetValue(_agentPayloadSize),
            FlushTimeout = TimeSpan.FromSeconds(result.GetValue(_agentFlushTimeout)),
            Resend = Enum.Parse<ResendMode>(result.GetValue(_agentResend)!, ignoreCase: true),
            Version = result.GetValue(_agentVersion)!,
            Shell = result.GetValue(_shell),
            Handshake = Enum.Parse<HandshakeMode>(result.GetValue(_handshake)!, ignoreCase: true),
            CustomerMessage = result.GetValue(_customerMessage) ?? "",
            RequestedActions = result.GetValue(_requestAction) ?? [],
            SessionType = result.GetValue(_sessionType),
        },
    };

    private static Option<string[]> Repeatable(string name, string helpName, string description) => new(name)
    {
        Description = description,
        HelpName = helpName,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private static void RequireSeconds(OptionResult result) => Require(
        result,
        text => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds is > 0 and <= 24 * 60 * 60,
        "a number of seconds, up to a day");

    /// <summary>Looks at the text, since a value that cannot be converted throws when it is asked for.</summary>
    private static void Require(OptionResult result, Func<string, bool> isValid, string what)
    {
        if (result.Tokens is [{ Value: var text }] && !isValid(text))
        {
            result.AddError($"{result.Option.Name} takes {what}.");
        }
    }
}
