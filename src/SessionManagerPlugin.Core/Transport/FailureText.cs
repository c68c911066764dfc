using System.Net.Sockets;

namespace SessionManagerPlugin.Core.Transport;

/// <summary>Finds the words for a failed connection in the chain of exceptions that the platform throws.</summary>
internal static class FailureText
{
    /// <summary>The innermost cause's text, where the fact stands: "Connection refused" and not "see the inner exception".</summary>
    public static string Of(Exception failure)
    {
        var cause = failure;
        for (var inner = failure; inner is not null; inner = inner.InnerException)
        {
            cause = inner;
            if (inner is SocketException)
            {
                break;
            }
        }

        return cause.Message.TrimEnd('.');
    }
}
