using GradService.Hosting;
using GradService.Onnx;
using GradService.Onnx.Repository;
using GradService.Onnx.Running;
using Microsoft.Extensions.Configuration;

namespace GradService.Tests.Hosting;

public sealed class OnnxSettingsTests
{
    private static readonly string Sha256 = new('a', 64);

    [Fact]
    public void Left_out_they_are_the_librarys_defaults_and_the_models_that_come_with_the_service()
    {
        OnnxOptions options = Read();
        Assert.Equal(new OnnxOptions { ModelRepository = Path.Combine(Repository.Root, "deploy", "models"), Remote = options.Remote }, options);
        Assert.Empty(options.Remote);
        Assert.False(OnnxSettings.AllowsModelControl(new ConfigurationBuilder().Build()));
    }

    [Fact]
    public void Every_setting_is_read()
    {
        OnnxOptions options = Read(
            ("Enabled", "False"),
            ("ModelRepository", "/"),
            ("Provider", "CUDA"),
            ("IntraOpThreads", "3"),
            ("InterOpThreads", "2"),
            ("MaxConcurrency", "4"),
            ("QueueLength", "5"),
            ("RunTimeoutSeconds", "0.5"),
            ("WarmUpTimeoutSeconds", "60"),
            ("BreakerFailures", "0"),
            ("BreakSeconds", "2.5"),
            ("BatchWindowMilliseconds", "1.5"),
            ("MaxBatchSize", "8"),
            ("PollSeconds", "0"),
            ("CacheFolder", "/cache"),
            ("MaxModelBytes", "1000"),
            ("Remote:0:Name", "a"),
            ("Remote:0:Address", "https://models.example/a.onnx"),
            ("Remote:0:Sha256", Sha256),
            ("Remote:1:Name", "a"),
            ("Remote:1:Version", "2"),
            ("Remote:1:Address", "http://127.0.0.1/a.onnx"),
            ("Remote:1:Sha256", Sha256));
        Assert.Equal(
            new OnnxOptions
            {
                Enabled = false,
                ModelRepository = "/",
                Provider = ExecutionProvider.Cuda,
                IntraOpThreads = 3,
                InterOpThreads = 2,
                MaxConcurrency = 4,
                QueueLength = 5,
                RunTimeout = TimeSpan.FromSeconds(0.5),
                WarmUpTimeout = TimeSpan.FromSeconds(60),
                BreakerFailures = 0,
                BreakDuration = TimeSpan.FromSeconds(2.5),
                BatchWindow = TimeSpan.FromMilliseconds(1.5),
                MaxBatchSize = 8,
                PollInterval = TimeSpan.Zero,
                CacheFolder = "/cache",
                MaxModelBytes = 1000,
                Remote = options.Remote,
            },
            options);
        Assert.Equal(
            [new RemoteModel("a", 1, new Uri("https://models.example/a.onnx"), Sha256), new RemoteModel("a", 2, new Uri("http://127.0.0.1/a.onnx"), Sha256)],
            options.Remote);
    }

    [Theory]
    [InlineData("Enabled", "yes", "true or false")]
    [InlineData("ModelRepository", "/no/such/folder", "a folder that exists")]
    [InlineData("Provider", "tpu", "cpu or cuda")]
    [InlineData("Provider", "1", "cpu or cuda")]
    [InlineData("IntraOpThreads", "-1", "a whole number from 0 to 1024")]
    [InlineData("InterOpThreads", "0", "a whole number from 1 to 1024")]
    [InlineData("MaxConcurrency", "many", "a whole number from 0 to 1024")]
    [InlineData("QueueLength", "1e9", "a whole number from 0 to 100000")]
    [InlineData("RunTimeoutSeconds", "0", "a number from 0.01 to 86400")]
    [InlineData("RunTimeoutSeconds", "NaN", "a number from 0.01 to 86400")]
    [InlineData("BreakerFailures", "1", "0 for never, or a whole number from 2 to 1000000")]
    [InlineData("BreakSeconds", "0.1", "a number from 0.5 to 86400")]
    [InlineData("BatchWindowMilliseconds", "-1", "a number from 0 to 10000")]
    [InlineData("MaxBatchSize", "0", "a whole number from 1 to 100000")]
    [InlineData("PollSeconds", "0.01", "0 for never, or a number from 0.05 to 86400")]
    [InlineData("MaxModelBytes", "0", "a whole number from 1 to 2147483591")]
    [InlineData("Remote:0:Name", "../a", "at most 100 letters, digits, '_', '-' and '.', the first a letter or a digit")]
    [InlineData("Remote:0:Version", "0", "a whole number from 1 to 2147483647")]
    [InlineData("Remote:0:Address", "http://models.example/a.onnx", "an address that begins with https:// (http:// from this machine alone)")]
    [InlineData("Remote:0:Sha256", "abc", "the file's SHA-256, 64 hexadecimal digits")]
    [InlineData("Remote:0:Checksum", "abc", "no such setting: a remote model has Name, Version, Address, Sha256")]
    public void A_value_that_is_not_allowed_is_named_with_what_is(string name, string value, string allowed)
    {
        (string Name, string Value)[] entry = [("Remote:0:Name", "a"), ("Remote:0:Address", "https://models.example/a.onnx"), ("Remote:0:Sha256", Sha256)];
        var exception = Assert.Throws<SettingException>(() => Read([.. entry.Where(setting => setting.Name != name), (name, value)]));
        Assert.Equal($"Setting Onnx:{name} is \"{value}\"; expected {allowed}.", exception.Message);
    }

    [Fact]
    public void A_version_of_a_remote_model_is_named_once()
    {
        (string, string)[] Entry(int index) => [($"Remote:{index}:Name", "a"), ($"Remote:{index}:Address", "https://models.example/a.onnx"), ($"Remote:{index}:Sha256", Sha256)];
        var exception = Assert.Throws<SettingException>(() => Read([.. Entry(0), .. Entry(1)]));
        Assert.Equal("Setting Onnx:Remote:1 is \"a version 1\"; expected each version of a model once.", exception.Message);
    }

    [Fact]
    public void A_wrong_value_stops_the_start()
    {
        Exception exception = Assert.ThrowsAny<Exception>(() => new RunningService(("Onnx:AllowModelControl", "perhaps")));
        Assert.Contains("Setting Onnx:AllowModelControl is \"perhaps\"; expected true or false.", exception.ToString(), StringComparison.Ordinal);
        exception = Assert.ThrowsAny<Exception>(() => new RunningService(("Onnx:QueueLength", "-1")));
        Assert.Contains("Setting Onnx:QueueLength is \"-1\"; expected a whole number from 0 to 100000.", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_models_that_come_with_the_service_lie_beside_a_published_program_and_in_the_sources_of_one_that_is_not()
    {
        string root = Directory.CreateTempSubdirectory("shipped").FullName;
        try
        {
            string program = Directory.CreateDirectory(Path.Combine(root, "src", "GradService", "bin")).FullName;
            Assert.Equal(Path.Combine(program, "models"), ShippedModels.Folder(program));
            string sources = Directory.CreateDirectory(Path.Combine(root, "deploy", "models")).FullName;
            Assert.Equal(Path.Combine(program, "models"), ShippedModels.Folder(program));
            File.WriteAllText(Path.Combine(root, "GradService.sln"), string.Empty);
            Assert.Equal(sources, ShippedModels.Folder(program));
            string published = Directory.CreateDirectory(Path.Combine(program, "models")).FullName;
            Assert.Equal(published, ShippedModels.Folder(program));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static OnnxOptions Read(params (string Name, string Value)[] settings) => OnnxSettings.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"Onnx:{setting.Name}", (string?)setting.Value)))
        .Build());
}
