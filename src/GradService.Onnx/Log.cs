using Microsoft.Extensions.Logging;

namespace GradService.Onnx;

/// <summary>What is logged of models.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Model {Model} version {Version} serves, on {Provider}.")]
    public static partial void Serves(ILogger logger, string model, int version, Running.ExecutionProvider provider);

    [LoggerMessage(2, LogLevel.Warning, "Model {Model} version {Version} was asked to run on {Wanted} but runs on {Provider}: {Reason}")]
    public static partial void FellBack(ILogger logger, string model, int version, Running.ExecutionProvider wanted, Running.ExecutionProvider provider, string reason);

    [LoggerMessage(3, LogLevel.Error, "Model {Model} version {Version} cannot be loaded: {Reason}")]
    public static partial void Refused(ILogger logger, string model, int version, string reason);

    [LoggerMessage(4, LogLevel.Error, "Model {Model} version {Version} was replaced by what cannot be loaded; the one before goes on serving: {Reason}")]
    public static partial void ReplacementRefused(ILogger logger, string model, int version, string reason);

    [LoggerMessage(5, LogLevel.Information, "Model {Model} version {Version} is out of service: {Reason}")]
    public static partial void Retired(ILogger logger, string model, int version, string reason);

    [LoggerMessage(6, LogLevel.Warning, "{Folder} is not served: {Reason}")]
    public static partial void Ignored(ILogger logger, string folder, string reason);

    [LoggerMessage(7, LogLevel.Error, "The models' folder {Folder} cannot be read; what is loaded goes on serving: {Reason}")]
    public static partial void Unreadable(ILogger logger, string folder, string reason);

    [LoggerMessage(8, LogLevel.Information, "Model {Model} version {Version} could not be warmed up, which needs inputs of a certain size: {Reason}")]
    public static partial void Cold(ILogger logger, string model, int version, string reason);

    [LoggerMessage(9, LogLevel.Error, "Model {Model} has failed {Failures} times in a row and is left alone for {Seconds} seconds: {Reason}")]
    public static partial void CircuitOpened(ILogger logger, string model, int failures, double seconds, string? reason);

    [LoggerMessage(10, LogLevel.Information, "Model {Model} has recovered.")]
    public static partial void CircuitClosed(ILogger logger, string model);

    [LoggerMessage(11, LogLevel.Warning, "Model {Model} gives an output that is not one row for each row of its inputs; its requests run one by one.")]
    public static partial void NotBatched(ILogger logger, string model);

    [LoggerMessage(12, LogLevel.Information, "Fetching model {Model} version {Version} from {Address}.")]
    public static partial void Fetching(ILogger logger, string model, int version, Uri address);

    [LoggerMessage(13, LogLevel.Warning, "Fetching {Address} failed and is tried again in {Seconds:0.0} seconds: {Reason}")]
    public static partial void FetchRetried(ILogger logger, Uri address, double seconds, string reason);

    [LoggerMessage(14, LogLevel.Error, "Model {Model} version {Version} cannot be fetched: {Reason}")]
    public static partial void FetchFailed(ILogger logger, string model, int version, string reason);

    [LoggerMessage(15, LogLevel.Critical, "A look at the models ended with a defect; what is loaded goes on serving.")]
    public static partial void LookFailed(ILogger logger, Exception exception);
}
