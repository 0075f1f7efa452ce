using System.Diagnostics;
using GradService.Onnx.Repository;
using Microsoft.Extensions.Logging.Abstractions;

namespace GradService.Onnx.Tests.Repository;

public sealed class DisabledTests
{
    private const string Alone = "MODELS_ARE_OFF_IN_THIS_PROCESS";

    [Fact]
    public async Task A_repository_that_is_off_answers_so()
    {
        await using var folder = new ModelFolder().Write("add", 1, ModelFiles.Add(1));
        folder.Options = folder.Options with { Enabled = false };
        await folder.StartAsync();
        Assert.True(folder.Repository.IsStarted);
        Assert.Empty(folder.Repository.Models);
        Assert.Equal((ModelFault.Disabled, "Exported models are not served here: Onnx:Enabled is false."), (folder.Refused("add").Fault, folder.Refused("add").Message));
        CancellationToken token = TestContext.Current.CancellationToken;
        Assert.Equal(ModelFault.Disabled, (await Assert.ThrowsAsync<ModelException>(() => folder.Repository.LoadAsync("add", token))).Fault);
        Assert.Equal(ModelFault.Disabled, (await Assert.ThrowsAsync<ModelException>(() => folder.Repository.UnloadAsync("add", token))).Fault);
        if (Environment.GetEnvironmentVariable(Alone) is not null)
        {
            Assert.DoesNotContain("onnxruntime", await File.ReadAllTextAsync("/proc/self/maps", token), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task A_repository_that_is_off_does_not_load_the_native_library()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What a process has loaded is read from /proc.");
        string test = $"{typeof(DisabledTests).FullName}.{nameof(A_repository_that_is_off_answers_so)}";
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(DisabledTests).Assembly.Location, "-method", test])
        {
            RedirectStandardOutput = true,
            Environment = { [Alone] = "1" },
        };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0 && output.Contains("Total: 1,", StringComparison.Ordinal), output);
    }
}
