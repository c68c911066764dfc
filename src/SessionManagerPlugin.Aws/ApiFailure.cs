using System.Net.Sockets;
using Amazon.Runtime;
using SessionManagerPlugin.Core.Abstractions;
using SessionManagerPlugin.Core.Diagnostics;
using SessionManagerPlugin.Core.Transport;

namespace SessionManagerPlugin.Aws;

/// <summary>Finds the words for a failed call, and whether another attempt can help.</summary>
internal static class ApiFailure
{
    /// <summary>Describes a failure.</summary>
    /// <param name="operation">What was called.</param>
    /// <param name="sessionId">On which session.</param>
    /// <param name="failure">What the SDK threw.</param>
    internal static SessionApiException Describe(string operation, string sessionId, Exception failure)
    {
        var (reason, isFinal) = failure switch
        {
            AmazonUnmarshallingException => ("the answer was not the service's; a proxy or a network's sign-in page may stand in between", false),
            AmazonServiceException { ErrorCode: { Length: > 0 } code } e => Answered(operation, sessionId, code, e),
            AmazonServiceException e when (int)e.StatusCode != 0 =>
                ($"the answer was HTTP status {(int)e.StatusCode} and not the service's", !IsPassing(e)),

            // Its text is what the program wrote, which is nobody's to show.
            ProcessAWSCredentialException => ("the profile's credential_process gave no credentials; run it by hand to see why", true),

            // Of the SDK's own making: credentials of an instance that could not be had again, or settings that contradict each other.
            AmazonServiceException or AmazonClientException => (OneLine(failure.Message), true),
            HttpRequestException or IOException or SocketException =>
                ($"the service could not be reached: {OneLine(FailureText.Of(failure))}", false),
            _ => ($"the AWS SDK failed with {failure.GetType().Name}", true),
        };
        return new SessionApiException($"{operation} of session {sessionId} failed: {reason}.", isFinal, failure);
    }

    /// <summary>A call that took too long.</summary>
    internal static SessionApiException TimedOut(string operation, string sessionId, TimeSpan limit, Exception cause) =>
        new($"{operation} of session {sessionId} failed: there was no answer within {limit.TotalSeconds:0.#} s.", isFinal: false, cause);

    private static (string Reason, bool IsFinal) Answered(string operation, string sessionId, string code, AmazonServiceException e)
    {
        if (ApiErrorCodes.IsExpired(code))
        {
            return ("the AWS credentials have expired; sign in again to get new ones", true);
        }

        if (ApiErrorCodes.IsAccessDenied(code))
        {
            return ($"access denied. The credentials need the action ssm:{operation} on session/{sessionId}. "
                + $"The service says: {OneLine(e.Message)}", true);
        }

        if (ApiErrorCodes.IsBadCredentials(code))
        {
            return ($"the service does not accept the AWS credentials ({OneLine(code)})", true);
        }

        if (ApiErrorCodes.IsClock(code))
        {
            return ($"the clock of this machine is too far from the service's ({OneLine(code)})", true);
        }

        if (ApiErrorCodes.IsThrottled(code) || e.Retryable is { Throttling: true })
        {
            return ($"the service asks for fewer requests ({OneLine(code)})", false);
        }

        return ($"the service says {OneLine(code)}: {OneLine(e.Message)}", !IsPassing(e));
    }

    private static bool IsPassing(AmazonServiceException e) => (int)e.StatusCode is >= 500 or 408 or 429 || e.Retryable is not null;

    private static string OneLine(string text) => Printable.OneLine(text).Trim().TrimEnd('.');
}
