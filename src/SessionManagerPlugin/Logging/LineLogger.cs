using System.Text;
using Microsoft.Extensions.Logging;

namespace SessionManagerPlugin.Logging;

/// <summary>Writes log lines to one stream: the time, the level, the text. Any thread may log.</summary>
internal sealed class LineLogger : ILogger, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Stream _stream;
    private readonly LogLevel _minLevel;
    private readonly TimeProvider _time;
    private readonly string _lineEnd;
    private bool _isBroken;

    private LineLogger(Stream stream, LogLevel minLevel, TimeProvider time, string lineEnd)
    {
        _stream = stream;
        _minLevel = minLevel;
        _time = time;
        _lineEnd = lineEnd;
    }

    /// <summary>A logger to where the options say; null when there is nothing to log.</summary>
    /// <exception cref="IOException">The file cannot be opened; the message names it.</exception>
    public static LineLogger? Open(LogOptions options, TimeProvider time)
    {
        var level = options.IsVerbose ? LogLevel.Debug : LogLevel.Information;
        if (options.File is { } file)
        {
            return new LineLogger(OpenFile(file), level, time, "\n");
        }

        // The terminal may be raw, where a line feed alone would leave the cursor in its column.
        return options.IsVerbose ? new LineLogger(StandardStreams.OpenError(), level, time, "\r\n") : null;
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= _minLevel && logLevel != LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var line = $"{_time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.ffffffZ} {Name(logLevel)} {formatter(state, exception)}{_lineEnd}";
        lock (_gate)
        {
            if (_isBroken)
            {
                return;
            }

            try
            {
                _stream.Write(Encoding.UTF8.GetBytes(line));
                _stream.Flush();
            }
            catch (IOException)
            {
                // A full disk under the log does not end the session. There is no second place to say so; the log ends here.
                _isBroken = true;
            }
        }
    }

    public void Dispose() => _stream.Dispose();

    private static FileStream OpenFile(string path)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite };
            if (!OperatingSystem.IsWindows())
            {
                // The log says who connects where and when.
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            return new FileStream(path, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new IOException($"The log file {path} cannot be opened: {e.Message}", e);
        }
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info ",
        LogLevel.Warning => "warn ",
        _ => "error",
    };
}
