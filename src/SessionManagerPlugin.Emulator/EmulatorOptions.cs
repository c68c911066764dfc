using System.Security.Cryptography.X509Certificates;
using SessionManagerPlugin.Emulator.Agent;
using SessionManagerPlugin.Emulator.Faults;

namespace SessionManagerPlugin.Emulator;

/// <summary>How the emulator behaves. Verified where it is made.</summary>
internal sealed record EmulatorOptions
{
    /// <summary>The port on loopback; 0 takes any that is free.</summary>
    internal int Port { get; init; }

    /// <summary>The targets that are connected; every target is when there is none in the list.</summary>
    internal IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>How long a session lives without a client. The service's own default.</summary>
    internal TimeSpan SessionTimeout { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>The certificate of the service and the gateway, with its key; null when they speak plain HTTP.</summary>
    internal X509Certificate2? Certificate { get; init; }

    /// <summary>The faults of connections and messages; null for none.</summary>
    internal FaultSpec? Faults { get; init; }

    /// <summary>How the network between client and agent is.</summary>
    internal NetworkShape Network { get; init; } = new();

    /// <summary>How the agent behaves.</summary>
    internal AgentOptions Agent { get; init; } = new();
}
