using System.Diagnostics;

namespace GradService.Tests.Hosting;

/// <summary>What a service of its own process has loaded.</summary>
public sealed class NativeLibraryTests
{
    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task The_native_library_is_loaded_only_when_exported_models_are_served(string enabled, bool expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What a process has loaded is read from /proc.");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, "--urls", "http://127.0.0.1:0", "--Onnx:Enabled", enabled])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            string address = await AddressAsync(process);
            using var client = new HttpClient { BaseAddress = new Uri(address) };
            client.WaitUntilReady();
            string models = await client.GetStringAsync("/v2/models", TestContext.Current.CancellationToken);
            Assert.Equal(expected, models.Contains("street-scenes", StringComparison.Ordinal));
            string loaded = await File.ReadAllTextAsync($"/proc/{process.Id}/maps", TestContext.Current.CancellationToken);
            Assert.Equal(expected, loaded.Contains("libonnxruntime.so", StringComparison.Ordinal));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task<string> AddressAsync(Process process)
    {
        const string Before = "Now listening on: ";
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Contains(Before, StringComparison.Ordinal))
            {
                return line[(line.IndexOf(Before, StringComparison.Ordinal) + Before.Length)..].Trim();
            }
        }

        throw new InvalidOperationException("The service has ended without listening.");
    }
}
