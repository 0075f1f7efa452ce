using System.Net;
using System.Security.Cryptography;
using GradService.Onnx.Repository;

namespace GradService.Onnx.Tests.Repository;

public sealed class RemoteTests
{
    private static readonly byte[] Model = ModelFiles.Add(5);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_is_fetched_through_failures_and_served_from_the_cache_without_a_network()
    {
        using var server = new ModelServer(
            (context, _) => Status(context, 503),
            (context, _) => Broken(context),
            (context, _) => Status(context, 429),
            (context, _) => Answer(context, Model));
        await using var folder = new ModelFolder();
        Configure(folder, server.Address, Model);
        folder.Manifest("add", """{"description": "from afar"}""");
        await folder.StartAsync();
        ModelVersionStatus? status = await folder.UntilAsync("add", 3, status => status?.State != ModelState.Loading);
        Assert.Equal((ModelState.Ready, "from afar"), (status!.State, status.Manifest!.Description));
        Assert.Equal(5, await folder.AddedAsync());
        Assert.Equal(4, server.Requests);
        Assert.Equal(3, folder.Logged.Count(line => line.Contains("is tried again in", StringComparison.Ordinal)));
        server.Dispose();

        await using var again = new ModelRepository(folder.Options, Microsoft.Extensions.Logging.Abstractions.NullLogger<ModelRepository>.Instance);
        await again.StartAsync(Token);
        using GradService.Onnx.Running.OnnxModel model = again.Acquire("add");
        Assert.Equal(3, model.Version);
        Assert.Single(Directory.EnumerateFiles(folder.Options.CacheFolder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_file_with_another_hash_is_not_kept()
    {
        using var server = new ModelServer((context, _) => Answer(context, ModelFiles.Add(6)));
        await using var folder = new ModelFolder();
        Configure(folder, server.Address, Model);
        await folder.StartAsync();
        ModelVersionStatus? status = await folder.UntilAsync("add", 3, status => status?.State == ModelState.Unavailable);
        Assert.StartsWith($"It cannot be fetched from {server.Address}: The file's SHA-256 is {Hash(ModelFiles.Add(6))}; expected {Hash(Model)}.", status!.Reason, StringComparison.Ordinal);
        Assert.Equal(1, server.Requests);
        Assert.Empty(Directory.EnumerateFiles(folder.Options.CacheFolder, "*", SearchOption.AllDirectories));
        Assert.Equal(ModelFault.Unavailable, folder.Refused("add").Fault);
    }

    [Fact]
    public async Task A_file_that_was_changed_in_the_cache_is_fetched_anew()
    {
        using var server = new ModelServer((context, _) => Answer(context, Model));
        await using var folder = new ModelFolder();
        Configure(folder, server.Address, Model);
        await folder.StartAsync();
        await folder.UntilAsync("add", 3, status => status?.State == ModelState.Ready);
        string cached = Directory.EnumerateFiles(folder.Options.CacheFolder, "*", SearchOption.AllDirectories).Single();
        await File.WriteAllBytesAsync(cached, ModelFiles.Add(6), Token);
        while (server.Requests < 2 || folder.Status("add", 3)!.Reason is not null)
        {
            Assert.Equal(5, await folder.AddedAsync());
            await Task.Delay(10, Token);
        }

        Assert.Equal(Model, await File.ReadAllBytesAsync(cached, Token));
    }

    [Fact]
    public async Task A_missing_file_is_not_asked_for_again_until_it_is_loaded_by_call()
    {
        using var server = new ModelServer((context, _) => Status(context, 404), (context, _) => Answer(context, Model));
        await using var folder = new ModelFolder();
        Configure(folder, server.Address, Model);
        await folder.StartAsync();
        await folder.UntilReasonAsync("add", 3, "404");
        await Task.Delay(200, Token);
        Assert.Equal(1, server.Requests);
        await folder.Repository.LoadAsync("add", Token);
        Assert.Equal(5, await folder.AddedAsync());
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_is_named_and_not_tried_again()
    {
        using var server = new UntrustedServer();
        await using var folder = new ModelFolder();
        Configure(folder, server.Address, Model);
        await folder.StartAsync();
        ModelVersionStatus? status = await folder.UntilReasonAsync("add", 3, "The certificate of localhost is not trusted:");
        Assert.Contains("SSL_CERT_FILE", status!.Reason, StringComparison.Ordinal);
        Assert.Equal(1, server.Connections);
        Assert.DoesNotContain(folder.Logged, line => line.Contains("is tried again in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_larger_than_a_model_may_be_is_given_up()
    {
        using var server = new ModelServer((context, _) => Answer(context, Model));
        await using var folder = new ModelFolder();
        Configure(folder, server.Address, Model);
        folder.Options = folder.Options with { MaxModelBytes = Model.Length - 1 };
        await folder.StartAsync();
        await folder.UntilReasonAsync("add", 3, $"The file has more than {Model.Length - 1} bytes, the most allowed.");
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task A_version_in_the_folder_goes_before_a_remote_one()
    {
        using var server = new ModelServer((context, _) => Answer(context, Model));
        await using ModelFolder folder = new ModelFolder().Write("add", 3, ModelFiles.Add(9));
        Configure(folder, server.Address, Model);
        await folder.StartAsync();
        Assert.Equal(9, await folder.AddedAsync());
        Assert.Equal(0, server.Requests);
    }

    [Theory]
    [InlineData("http://example.org/model.onnx", "an https:// address (http:// only of this machine)")]
    [InlineData("file:///etc/passwd", "an https:// address (http:// only of this machine)")]
    [InlineData("model.onnx", "an https:// address (http:// only of this machine)")]
    public void Addresses_that_are_not_https_are_refused(string address, string expected)
    {
        var options = new OnnxOptions { ModelRepository = "x", Remote = [new RemoteModel("a", 1, new Uri(address, UriKind.RelativeOrAbsolute), new string('0', 64))] };
        ArgumentException exception = Assert.Throws<ArgumentException>(() => Repository(options));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_versions_and_hashes_of_remote_models_are_checked()
    {
        var good = new RemoteModel("a", 1, new Uri("https://example.org/model.onnx"), new string('a', 64));
        foreach (RemoteModel wrong in new[] { good with { Name = "../a" }, good with { Version = 0 }, good with { Sha256 = "abc" } })
        {
            Assert.Throws<ArgumentException>(() => Repository(new OnnxOptions { ModelRepository = "x", Remote = [wrong] }));
        }

        Assert.Throws<ArgumentException>(() => Repository(new OnnxOptions { ModelRepository = "x", Remote = [good, good] }));
        Assert.Throws<ArgumentException>(() => Repository(new OnnxOptions { ModelRepository = "x", BreakerFailures = 1 }));
        Assert.Throws<ArgumentException>(() => Repository(new OnnxOptions { ModelRepository = "x", RunTimeout = TimeSpan.Zero }));
    }

    private static ModelRepository Repository(OnnxOptions options) => new(options, Microsoft.Extensions.Logging.Abstractions.NullLogger<ModelRepository>.Instance);

    private static void Configure(ModelFolder folder, Uri address, byte[] file) =>
        folder.Options = folder.Options with { Remote = [new RemoteModel("add", 3, address, Hash(file))] };

    private static string Hash(byte[] file) => Convert.ToHexStringLower(SHA256.HashData(file));

    private static Task Status(HttpListenerContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.Close();
        return Task.CompletedTask;
    }

    private static async Task Broken(HttpListenerContext context)
    {
        context.Response.ContentLength64 = Model.Length;
        await context.Response.OutputStream.WriteAsync(Model.AsMemory(0, 10));
        context.Response.Abort();
    }

    private static async Task Answer(HttpListenerContext context, byte[] bytes)
    {
        await context.Response.OutputStream.WriteAsync(bytes);
        context.Response.Close();
    }
}
