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

    // The lines gone and come, by their longest common subsequence; of what stays, the line before each change.
    private static string Difference(string approved, string received)
    {
        string[] before = approved.Split('\n');
        string[] after = received.Split('\n');
        var common = new int[before.Length + 1, after.Length + 1];
        for (int i = before.Length - 1; i >= 0; i--)
        {
            for (int j = after.Length - 1; j >= 0; j--)
            {
                common[i, j] = before[i] == after[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var lines = new List<string>();
        string? kept = null;
        for (int i = 0, j = 0; i < before.Length || j < after.Length;)
        {
            if (i < before.Length && j < after.Length && before[i] == after[j])
            {
                kept = $"  {before[i++]}";
                j++;
                continue;
            }

            if (kept is not null)
            {
                lines.Add(kept);
                kept = null;
            }

            bool gone = j == after.Length || (i < before.Length && common[i + 1, j] >= common[i, j + 1]);
            lines.Add(gone ? $"- {before[i++]}" : $"+ {after[j++]}");
        }

        return string.Join('\n', lines);
    }

    private static string ApprovedFile([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "approved", "surface.txt");
}
