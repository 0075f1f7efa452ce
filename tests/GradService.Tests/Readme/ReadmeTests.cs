using System.Diagnostics;
using System.Text.RegularExpressions;
using GradService.Operations;

namespace GradService.Tests.Readme;

/// <summary>The README's snippets, run as they stand against a running service, print what the README says.</summary>
public sealed partial class ReadmeTests(ServiceFixture service)
{
    private static readonly (string Language, string Tool, string File, string[] Arguments)[] Runners =
    [
        ("bash", "bash", "snippet.sh", []),
        ("python", "python3", "snippet.py", []),
        ("javascript", "node", "snippet.mjs", []),
        ("csharp", "dotnet", "snippet.cs", ["run"]),
    ];

    public static TheoryData<string, int> Snippets()
    {
        var snippets = new TheoryData<string, int>();
        MatchCollection blocks = Blocks().Matches(File.ReadAllText(Path.Combine(Repository.Root, "README.md")));
        for (int i = 0; i < blocks.Count; i++)
        {
            snippets.Add(blocks[i].Groups["language"].Value, i);
        }

        return snippets;
    }

    [Theory]
    [MemberData(nameof(Snippets))]
    public async Task A_snippet_prints_what_the_readme_says(string language, int index)
    {
        Match block = Blocks().Matches(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"), TestContext.Current.CancellationToken))[index];
        (_, string tool, string file, string[] arguments) = Runners.Single(runner => runner.Language == language);
        Assert.SkipUnless(IsOnPath(tool) && (language != "bash" || IsOnPath("curl")), $"{tool} (or curl) is not on this machine.");
        string folder = Directory.CreateTempSubdirectory("readme").FullName;
        try
        {
            // Snippets name the repository's files as one who stands in its folder.
            Directory.CreateSymbolicLink(Path.Combine(folder, "tests"), Path.Combine(Repository.Root, "tests"));
            string address = service.Client.BaseAddress!.ToString().TrimEnd('/');
            await File.WriteAllTextAsync(
                Path.Combine(folder, file),
                block.Groups["code"].Value.Replace("http://localhost:8080", address, StringComparison.Ordinal),
                TestContext.Current.CancellationToken);
            Assert.Equal(block.Groups["answer"].Value.Trim(), (await RunAsync(tool, [.. arguments, file], folder)).Trim());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task The_readme_names_every_operation_with_its_summary()
    {
        string readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"), TestContext.Current.CancellationToken);
        Assert.All(new OperationCatalog().All, operation => Assert.Contains(
            $"| `{operation.Name}` | {GradService.Catalog.XmlDocumentation.Of(operation.GetType()).Summary.Replace("|", "\\|", StringComparison.Ordinal)} |", readme, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_readme_tells_of_every_setting_and_of_no_other()
    {
        string[] read =
        [
            .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "GradService"), "*.cs", SearchOption.AllDirectories)
                .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
                .SelectMany(file => SettingsRead().Matches(File.ReadAllText(file)))
                .Select(match => match.Groups["name"].Value)
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        string readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"), TestContext.Current.CancellationToken);
        string[] told = [.. SettingsTold().Matches(readme).Select(match => match.Groups["name"].Value).Order(StringComparer.Ordinal)];
        Assert.Contains("Onnx:Remote", read);
        Assert.Equal(read, told);
    }

    private static async Task<string> RunAsync(string tool, string[] arguments, string folder)
    {
        var start = new ProcessStartInfo(tool, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{tool} exited with {process.ExitCode}: {await output}{await errors}");
        return await output;
    }

    private static bool IsOnPath(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, tool)));

    [GeneratedRegex("\"(?<name>(Limits|Onnx|InferenceProtocol|RateLimit|Auth|Cors)(:[A-Za-z]+)+)\"")]
    private static partial Regex SettingsRead();

    [GeneratedRegex("^\\| `(?<name>(?!Logging)[A-Za-z]+(:[A-Za-z]+)+)` \\|", RegexOptions.Multiline)]
    private static partial Regex SettingsTold();

    [GeneratedRegex("```(?<language>bash|python|javascript|csharp)\n(?<code>.*?)```\n\n```text\n(?<answer>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
