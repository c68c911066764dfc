namespace SessionManagerPlugin.Aws;

/// <summary>The names of the service's errors, in the groups that a session tells apart.</summary>
internal static class ApiErrorCodes
{
    /// <summary>The service knows no such session, or knows it no longer.</summary>
    internal static bool IsUnknownSession(string? code) => code is "DoesNotExistException";

    /// <summary>The credentials were good for a time, and that is over.</summary>
    internal static bool IsExpired(string? code) => code is "ExpiredTokenException" or "ExpiredToken";

    /// <summary>The credentials are known, and may not do this.</summary>
    internal static bool IsAccessDenied(string? code) => code is "AccessDeniedException" or "AccessDenied" or "UnauthorizedOperation";

    /// <summary>The clock of this machine is too far from the service's.</summary>
    internal static bool IsClock(string? code) => code is "RequestTimeTooSkewed" or "RequestExpired" or "RequestInTheFuture";

    /// <summary>The credentials are not known, or the signature made with them is wrong. Texts of these errors quote the request.</summary>
    internal static bool IsBadCredentials(string? code) =>
        code is "UnrecognizedClientException" or "InvalidClientTokenId" or "InvalidAccessKeyId" or "AuthFailure" or "OptInRequired"
        || code is { } name
            && (name.Contains("Signature", StringComparison.Ordinal) || name.Contains("AuthenticationToken", StringComparison.Ordinal));

    /// <summary>The account makes too many requests.</summary>
    internal static bool IsThrottled(string? code) =>
        code is "RequestLimitExceeded" or "TooManyRequestsException" or "SlowDown"
        || code?.Contains("Throttl", StringComparison.Ordinal) == true;
}
