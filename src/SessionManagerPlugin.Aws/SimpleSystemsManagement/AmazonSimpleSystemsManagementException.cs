using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace SessionManagerPlugin.Aws.SimpleSystemsManagement;

/// <summary>The service answered with an error; <see cref="AmazonServiceException.ErrorCode"/> names it.</summary>
internal sealed class AmazonSimpleSystemsManagementException : AmazonServiceException
{
    internal AmazonSimpleSystemsManagementException(ErrorResponse error, Exception innerException, HttpStatusCode statusCode)
        : base(error.Message, innerException, error.Type, error.Code, error.RequestId, statusCode)
    {
    }
}
