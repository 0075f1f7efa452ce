using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace GradService.Tests.OpenApi;

public sealed class SurfaceTests(ServiceFixture service)
{
    [Fact]
    public async Task The_surface_is_the_approved_one()
    {
        string document = await service.Client.GetStringAsync("/swagger/v1/swagger.json", TestContext.Current.CancellationToken);
        string received = Surface.Outline(JsonNode.Parse(document)!);
        string approvedFile = ApprovedFile();
        string approved = File.Exists(approvedFile) ? await File.ReadAllTextAsync(approvedFile, TestContext.Current.CancellationToken) : string.Empty;
        if (received == approved)
        {
            return;
        }

        string receivedFile = Path.Combine(AppContext.BaseDirectory, "surface.received.txt");
        await File.WriteAllTextAsync(receivedFile, received, TestContext.Current.CancellationToken);
        Assert.Fail($"The service's surface has changed:\n{Difference(approved, received)}\nIf that is meant:\n  cp {receivedFile} {approvedFile}\n");
    }

    private static string Difference(string approved, string received)
    {
        string[] before = approved.Split('\n');
        string[] after = received.Split('\n');
        int head = before.Zip(after).TakeWhile(pair => pair.First == pair.Second).Count();
        int tail = before[head..].Reverse().Zip(after[head..].Reverse()).TakeWhile(pair => pair.First == pair.Second).Count();
        IEnumerable<string> context = before[Math.Max(0, head - 3)..head].Select(line => $"  {line}");
        IEnumerable<string> gone = before[head..^tail].Select(line => $"- {line}");
        IEnumerable<string> come = after[head..^tail].Select(line => $"+ {line}");
        return string.Join('\n', [.. context, .. gone, .. come]);
    }

    private static string ApprovedFile([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "approved", "surface.txt");
}
