using System.Globalization;
using GradService.Onnx.Repository;
using GradService.Onnx.Running;
using Microsoft.Extensions.Logging;

namespace GradService.Onnx.Tests.Repository;

/// <summary>A folder of models, and a repository that watches it closely.</summary>
internal sealed class ModelFolder : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("models");
    private readonly CollectedLog _log = new();
    private ModelRepository? _repository;

    public OnnxOptions Options { get; set; }

    public ModelFolder()
    {
        Root = _folder.CreateSubdirectory("root").FullName;
        Options = TestModel.Options with
        {
            ModelRepository = Root,
            CacheFolder = Path.Combine(_folder.FullName, "cache"),
            PollInterval = TimeSpan.FromMilliseconds(50),
            FetchDelay = TimeSpan.FromMilliseconds(10),
        };
    }

    /// <summary>The folder of models; its parent is a place outside of it.</summary>
    public string Root { get; }

    public ModelRepository Repository => _repository ??= new ModelRepository(Options, _log);

    public IReadOnlyCollection<string> Logged => _log.Lines;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public string PathOf(string model, int version, string file = "model.onnx") =>
        Path.Combine(Root, model, version.ToString(CultureInfo.InvariantCulture), file);

    public ModelFolder Write(string model, int version, byte[] bytes, string file = "model.onnx")
    {
        string path = PathOf(model, version, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return this;
    }

    public ModelFolder Manifest(string model, string json)
    {
        Directory.CreateDirectory(Path.Combine(Root, model));
        File.WriteAllText(Path.Combine(Root, model, "model.json"), json);
        return this;
    }

    public async Task<ModelFolder> StartAsync()
    {
        await Repository.StartAsync(Token);
        return this;
    }

    public ModelVersionStatus? Status(string model, int version) =>
        Repository.Models.FirstOrDefault(status => status.Name == model)?.Versions.FirstOrDefault(status => status.Version == version);

    public async Task<ModelVersionStatus?> UntilAsync(string model, int version, Predicate<ModelVersionStatus?> condition)
    {
        while (true)
        {
            ModelVersionStatus? status = Status(model, version);
            if (condition(status))
            {
                return status;
            }

            await Task.Delay(10, Token);
        }
    }

    public Task<ModelVersionStatus?> UntilReasonAsync(string model, int version, string reason) =>
        UntilAsync(model, version, status => status?.Reason?.Contains(reason, StringComparison.Ordinal) == true);

    /// <summary>What model <c>add</c> adds to 0.</summary>
    public async Task<float> AddedAsync(string model = "add", int? version = null)
    {
        using OnnxModel held = Repository.Acquire(model, version);
        return (await held.RunAsync(0f))[0];
    }

    public async Task UntilAddedAsync(float value, int? version = null)
    {
        while (await AddedAsync("add", version) != value)
        {
            await Task.Delay(10, Token);
        }
    }

    public ModelException Refused(string model, int? version = null) => Assert.Throws<ModelException>(() => Repository.Acquire(model, version));

    public async ValueTask DisposeAsync()
    {
        await Repository.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private sealed class CollectedLog : ILogger<ModelRepository>
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> Lines => _lines;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
    }
}
