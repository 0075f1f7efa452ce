using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace GradService.Onnx.Repository;

/// <summary>Fetches a model's file, tries again what may pass, and puts it in its place only when it is whole and the one that was told.</summary>
internal sealed class ModelFetcher : IDisposable
{
    private const int Attempts = 5;
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    private readonly OnnxOptions _options;
    private readonly ILogger _logger;
    private readonly HttpClient _client = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(15), MaxAutomaticRedirections = 5 })
    {
        Timeout = LongestSilence,
    };

    public ModelFetcher(OnnxOptions options, ILogger logger)
    {
        _options = options;
        _logger = logger;
    }

    /// <summary>Fetches a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">Where the file is to lie.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HttpRequestException">The address does not answer, or not well.</exception>
    /// <exception cref="IOException">The answer broke off, or the file cannot be written.</exception>
    /// <exception cref="InvalidDataException">The file is larger than a model may be.</exception>
    /// <exception cref="WrongHashException">The file is not the one that was told.</exception>
    public async Task FetchAsync(RemoteModel model, string path, CancellationToken cancellationToken)
    {
        ResiliencePipeline pipeline = new ResiliencePipelineBuilder().AddRetry(Retry(model)).Build();
        await pipeline.ExecuteAsync(async token => await OnceAsync(model, path, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _client.Dispose();

    private static bool MayPass(Exception? exception) => exception switch
    {
        HttpRequestException { InnerException: AuthenticationException } => false,
        HttpRequestException { StatusCode: { } status } => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500,
        HttpRequestException or HttpIOException or TimeoutException => true,
        _ => false,
    };

    private RetryStrategyOptions Retry(RemoteModel model) => new()
    {
        MaxRetryAttempts = Attempts - 1,
        Delay = _options.FetchDelay,
        MaxDelay = TimeSpan.FromMinutes(1),
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        ShouldHandle = arguments => ValueTask.FromResult(MayPass(arguments.Outcome.Exception)),
        OnRetry = arguments =>
        {
            Log.FetchRetried(_logger, model.Address, arguments.RetryDelay.TotalSeconds, arguments.Outcome.Exception!.Message);
            return default;
        },
    };

    private static string NotTrusted(RemoteModel model, AuthenticationException exception) =>
        $"The certificate of {model.Address.Host} is not trusted: {exception.Message.TrimEnd('.')}. Add its authority to those of the system (SSL_CERT_FILE or SSL_CERT_DIR on Linux).";

    private async Task OnceAsync(RemoteModel model, string path, CancellationToken cancellationToken)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(LongestSilence);
        try
        {
            using HttpResponseMessage answer = await _client.GetAsync(model.Address, HttpCompletionOption.ResponseHeadersRead, silence.Token).ConfigureAwait(false);
            answer.EnsureSuccessStatusCode();
            Stream content = await answer.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false);
            await KeepAsync(model, content, path, silence).ConfigureAwait(false);
        }
        catch (HttpRequestException exception) when (exception.InnerException is AuthenticationException refusal)
        {
            throw new HttpRequestException(exception.HttpRequestError, NotTrusted(model, refusal), refusal);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Nothing came for {LongestSilence.TotalSeconds:0} seconds.", exception);
        }
    }

    private async Task KeepAsync(RemoteModel model, Stream content, string path, CancellationTokenSource silence)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string part = Path.Combine(_options.CacheFolder, $".{Guid.NewGuid():N}.part");
        try
        {
            string hash;
            FileStream file = File.Create(part);
            await using (file.ConfigureAwait(false))
            {
                hash = await CopyAsync(content, file, silence).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            if (!hash.Equals(model.Sha256, StringComparison.OrdinalIgnoreCase))
            {
                throw new WrongHashException(model.Sha256, hash);
            }

            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private async Task<string> CopyAsync(Stream content, FileStream file, CancellationTokenSource silence)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 17];
        long length = 0;
        int read;
        while ((read = await content.ReadAsync(buffer, silence.Token).ConfigureAwait(false)) > 0)
        {
            length += read;
            if (length > _options.MaxModelBytes)
            {
                throw new InvalidDataException($"The file has more than {_options.MaxModelBytes} bytes, the most allowed.");
            }

            silence.CancelAfter(LongestSilence);
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), silence.Token).ConfigureAwait(false);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
