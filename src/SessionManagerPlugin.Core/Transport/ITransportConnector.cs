namespace SessionManagerPlugin.Core.Transport;

/// <summary>Makes connections to a gateway.</summary>
public interface ITransportConnector
{
    /// <summary>Makes one attempt to connect.</summary>
    /// <exception cref="TransportException">It did not succeed.</exception>
    Task<IMessageTransport> ConnectAsync(Uri streamUrl, CancellationToken cancellationToken);
}
