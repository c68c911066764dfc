using Microsoft.Extensions.Logging;

namespace SessionManagerPlugin.Emulator.Cli;

/// <summary>Logs to standard error, a line for each message.</summary>
internal sealed class StandardErrorLogger(LogLevel minimum, TimeProvider time) : ILogger
{
    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= minimum;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            var text = formatter(state, exception);
            StandardStreams.WriteErrorLine(
                $"{time.GetUtcNow():HH:mm:ss.fff} {logLevel}: {text}{(exception is null ? "" : $": {exception}")}");
        }
    }
}
