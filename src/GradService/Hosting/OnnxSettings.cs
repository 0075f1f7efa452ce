using GradService.Onnx;
using GradService.Onnx.Repository;

namespace GradService.Hosting;

/// <summary>Reads the section <c>Onnx</c>.</summary>
internal static class OnnxSettings
{
    private const string RepositoryName = "Onnx:ModelRepository";

    /// <summary>Whether models may be loaded and unloaded over HTTP. Default false.</summary>
    public static bool AllowsModelControl(IConfiguration configuration) => configuration.Flag("Onnx:AllowModelControl", false);

    /// <summary>How models are found, loaded and run.</summary>
    /// <exception cref="SettingException">A value that is not allowed.</exception>
    public static OnnxOptions Read(IConfiguration configuration)
    {
        var defaults = new OnnxOptions { ModelRepository = string.Empty };
        return new OnnxOptions
        {
            Enabled = configuration.Flag("Onnx:Enabled", defaults.Enabled),
            ModelRepository = Repository(configuration),
            Provider = configuration.Choice("Onnx:Provider", defaults.Provider),
            IntraOpThreads = (int)configuration.Whole("Onnx:IntraOpThreads", defaults.IntraOpThreads, 0, 1024),
            InterOpThreads = (int)configuration.Whole("Onnx:InterOpThreads", defaults.InterOpThreads, 1, 1024),
            MaxConcurrency = (int)configuration.Whole("Onnx:MaxConcurrency", defaults.MaxConcurrency, 0, 1024),
            QueueLength = (int)configuration.Whole("Onnx:QueueLength", defaults.QueueLength, 0, 100_000),
            RunTimeout = Seconds(configuration, "Onnx:RunTimeoutSeconds", defaults.RunTimeout, 0.01),
            WarmUpTimeout = Seconds(configuration, "Onnx:WarmUpTimeoutSeconds", defaults.WarmUpTimeout, 0.01),
            BreakerFailures = Failures(configuration, defaults.BreakerFailures),
            BreakDuration = Seconds(configuration, "Onnx:BreakSeconds", defaults.BreakDuration, 0.5),
            BatchWindow = TimeSpan.FromMilliseconds(configuration.Number("Onnx:BatchWindowMilliseconds", defaults.BatchWindow.TotalMilliseconds, 0, 10_000)),
            MaxBatchSize = (int)configuration.Whole("Onnx:MaxBatchSize", defaults.MaxBatchSize, 1, 100_000),
            PollInterval = PollInterval(configuration, defaults.PollInterval),
            CacheFolder = configuration.Text("Onnx:CacheFolder") is { } folder ? Path.GetFullPath(folder) : defaults.CacheFolder,
            Remote = RemoteModels.Read(configuration),
            MaxModelBytes = configuration.Whole("Onnx:MaxModelBytes", defaults.MaxModelBytes, 1, 2_147_483_591),
        };
    }

    private static string Repository(IConfiguration configuration)
    {
        if (configuration.Text(RepositoryName) is not { } folder)
        {
            return ShippedModels.Folder(AppContext.BaseDirectory);
        }

        return Directory.Exists(folder) ? Path.GetFullPath(folder) : throw new SettingException(RepositoryName, folder, "a folder that exists");
    }

    private static TimeSpan Seconds(IConfiguration configuration, string name, TimeSpan fallback, double least) =>
        TimeSpan.FromSeconds(configuration.Number(name, fallback.TotalSeconds, least, 86_400));

    // One failure opens no circuit: it says too little of the model.
    private static int Failures(IConfiguration configuration, int fallback)
    {
        const string Name = "Onnx:BreakerFailures";
        int failures = (int)configuration.Whole(Name, fallback, 0, 1_000_000);
        return failures != 1 ? failures : throw new SettingException(Name, "1", "0 for never, or a whole number from 2 to 1000000");
    }

    private static TimeSpan PollInterval(IConfiguration configuration, TimeSpan fallback)
    {
        const string Name = "Onnx:PollSeconds";
        double seconds = configuration.Number(Name, fallback.TotalSeconds, 0, 86_400);
        return seconds is 0 or >= 0.05 ? TimeSpan.FromSeconds(seconds) : throw new SettingException(Name, configuration[Name]!, "0 for never, or a number from 0.05 to 86400");
    }
}
