using GradService.Onnx.Repository;

namespace GradService.Onnx;

/// <summary>Holds the options to their bounds.</summary>
internal static class OptionsCheck
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <exception cref="ArgumentException">An option out of its bounds.</exception>
    public static void Check(OnnxOptions options)
    {
        Whole(nameof(options.IntraOpThreads), options.IntraOpThreads, 0, 1024);
        Whole(nameof(options.InterOpThreads), options.InterOpThreads, 1, 1024);
        Whole(nameof(options.MaxConcurrency), options.MaxConcurrency, 0, 1024);
        Whole(nameof(options.QueueLength), options.QueueLength, 0, 100_000);
        Whole(nameof(options.MaxBatchSize), options.MaxBatchSize, 1, 100_000);
        Whole(nameof(options.MaxModelBytes), options.MaxModelBytes, 1, Array.MaxLength);
        Require(options.BreakerFailures is 0 or (>= 2 and <= 1_000_000), nameof(options.BreakerFailures), options.BreakerFailures, "0, or 2 to 1000000");
        Time(nameof(options.RunTimeout), options.RunTimeout, TimeSpan.FromMilliseconds(10), Day);
        Time(nameof(options.WarmUpTimeout), options.WarmUpTimeout, TimeSpan.FromMilliseconds(10), Day);
        Time(nameof(options.BreakDuration), options.BreakDuration, TimeSpan.FromMilliseconds(500), Day);
        Time(nameof(options.BatchWindow), options.BatchWindow, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Require(
            options.PollInterval == TimeSpan.Zero || (options.PollInterval >= TimeSpan.FromMilliseconds(50) && options.PollInterval <= Day),
            nameof(options.PollInterval),
            options.PollInterval,
            "zero, or 50 milliseconds to 1 day");
        foreach (RemoteModel model in options.Remote)
        {
            Remote(model);
        }

        if (options.Remote.GroupBy(model => (model.Name, model.Version)).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Remote model {twice.Key.Name} version {twice.Key.Version} is there {twice.Count()} times.", nameof(options));
        }
    }

    private static void Remote(RemoteModel model)
    {
        Require(ModelName.IsAllowed(model.Name), "the name of a remote model", model.Name, ModelName.Expected);
        Whole($"the version of remote model {model.Name}", model.Version, 1, int.MaxValue);
        Require(
            model.Address.IsAbsoluteUri && (model.Address.Scheme == Uri.UriSchemeHttps || (model.Address.Scheme == Uri.UriSchemeHttp && model.Address.IsLoopback)),
            $"the address of remote model {model.Name}",
            model.Address,
            "an https:// address (http:// only of this machine)");
        Require(
            model.Sha256.Length == 64 && model.Sha256.All(char.IsAsciiHexDigit),
            $"the SHA-256 of remote model {model.Name}",
            model.Sha256,
            "64 hexadecimal digits");
    }

    private static void Whole(string name, long value, long least, long most) =>
        Require(value >= least && value <= most, name, value, FormattableString.Invariant($"{least} to {most}"));

    private static void Time(string name, TimeSpan value, TimeSpan least, TimeSpan most) =>
        Require(value >= least && value <= most, name, value, $"{least} to {most}");

    private static void Require(bool holds, string name, object value, string expected)
    {
        if (!holds)
        {
            throw new ArgumentException(FormattableString.Invariant($"Of the options of models, {name} is {value}; expected {expected}."));
        }
    }
}
