using Microsoft.Extensions.Logging;

namespace GradService.Onnx.Repository;

/// <summary>The models that are fetched by address. Each file is kept under its hash, so that a start without a network serves it again.</summary>
/// <param name="options">Says which, and where they are kept.</param>
/// <param name="logger">Told of fetching.</param>
/// <param name="ended">Called after a fetch has ended, well or not.</param>
internal sealed class RemoteModels(OnnxOptions options, ILogger logger, Action ended) : IAsyncDisposable
{
    private static readonly TimeSpan UntilTriedAgain = TimeSpan.FromMinutes(5);

    private readonly ModelFetcher _fetcher = new(options, logger);
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<RemoteModel, Fetch> _fetches = [];

    /// <summary>Adds the remote models to those found in the folder, and begins to fetch what is missing.</summary>
    public List<FoundModel> AddTo(List<FoundModel> local)
    {
        foreach (RemoteModel model in options.Remote)
        {
            int index = local.FindIndex(found => found.Name == model.Name);
            FoundModel found = index >= 0 ? local[index] : new FoundModel(model.Name, ModelFolders.Manifest(options.ModelRepository, model.Name), []);
            if (found.Versions.Any(version => version.Version == model.Version))
            {
                // The folder is what a person looks at; it has the last word.
                continue;
            }

            found = found with { Versions = [.. found.Versions.Append(Find(model)).OrderByDescending(version => version.Version)] };
            if (index >= 0)
            {
                local[index] = found;
            }
            else
            {
                local.Add(found);
            }
        }

        return local;
    }

    /// <summary>Removes a fetched file that is not the one that was told, so that it is fetched anew.</summary>
    public void Discard(FoundVersion found)
    {
        if (found.Root != options.CacheFolder)
        {
            return;
        }

        try
        {
            File.Delete(found.ModelFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.Ignored(logger, found.ModelFile, exception.Message);
        }
    }

    /// <summary>Tries at once what had failed, and waits until all that is being fetched of a model is here or has failed.</summary>
    public Task FetchAsync(string name)
    {
        lock (_fetches)
        {
            return Task.WhenAll(options.Remote.Where(model => model.Name == name && !File.Exists(PathOf(model))).Select(model => Begin(model, TimeSpan.Zero).Task));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task[] tasks;
        lock (_fetches)
        {
            tasks = [.. _fetches.Values.Select(fetch => fetch.Task)];
        }

        await Task.WhenAll(tasks).ConfigureAwait(false);
        _fetcher.Dispose();
        _stop.Dispose();
    }

    private string PathOf(RemoteModel model) => Path.Combine(
        options.CacheFolder,
        model.Name,
        FormattableString.Invariant($"{model.Version}"),
        model.Sha256.ToUpperInvariant(),
        ModelFolders.FileName);

    private FoundVersion Find(RemoteModel model)
    {
        string path = PathOf(model);
        string folder = Path.GetDirectoryName(path)!;
        if (File.Exists(path))
        {
            return new FoundVersion(model.Version, path, folder, options.CacheFolder, FileStamp.OfFolder(folder)) { Sha256 = model.Sha256 };
        }

        lock (_fetches)
        {
            return new FoundVersion(model.Version, path, folder, options.CacheFolder, FileStamp.None) { Fetch = Begin(model, UntilTriedAgain).State };
        }
    }

    private Fetch Begin(RemoteModel model, TimeSpan rest)
    {
        if (_fetches.TryGetValue(model, out Fetch? fetch) && (!fetch.Task.IsCompleted || (fetch.State.HasFailed && TimeProvider.System.GetElapsedTime(fetch.Began) < rest)))
        {
            return fetch;
        }

        fetch = new Fetch(new FetchState(false, $"It is being fetched from {model.Address}."));
        _fetches[model] = fetch;
        fetch.Task = Task.Run(() => FetchAsync(model, fetch));
        return fetch;
    }

    private async Task FetchAsync(RemoteModel model, Fetch fetch)
    {
        try
        {
            Log.Fetching(logger, model.Name, model.Version, model.Address);
            await _fetcher.FetchAsync(model, PathOf(model), _stop.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or UnauthorizedAccessException or InvalidDataException or OperationCanceledException or WrongHashException)
        {
            fetch.State = new FetchState(true, $"It cannot be fetched from {model.Address}: {exception.Message}");
            if (!_stop.IsCancellationRequested)
            {
                Log.FetchFailed(logger, model.Name, model.Version, exception.Message);
            }
        }

        ended();
    }

    private sealed class Fetch(FetchState state)
    {
        public FetchState State { get; set; } = state;

        public Task Task { get; set; } = Task.CompletedTask;

        public long Began { get; } = TimeProvider.System.GetTimestamp();
    }
}
