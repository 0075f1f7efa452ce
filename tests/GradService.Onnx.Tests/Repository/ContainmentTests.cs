using GradService.Onnx.Repository;

namespace GradService.Onnx.Tests.Repository;

public sealed class ContainmentTests
{
    private static readonly byte[] Seven = BitConverter.GetBytes(7f);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Links_that_lead_out_of_the_folder_are_not_followed()
    {
        await using ModelFolder folder = new ModelFolder().Write("inside", 1, ModelFiles.Add(1)).Write("manifest", 1, ModelFiles.Add(1));
        string outside = Directory.CreateDirectory(Path.Combine(folder.Root, "..", "outside", "1")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(outside, "model.onnx"), ModelFiles.Add(2), Token);
        Directory.CreateSymbolicLink(Path.Combine(folder.Root, "linked"), Path.Combine("..", "outside"));
        Directory.CreateDirectory(Path.Combine(folder.Root, "file", "1"));
        File.CreateSymbolicLink(folder.PathOf("file", 1), Path.Combine(outside, "model.onnx"));
        Directory.CreateDirectory(Path.Combine(folder.Root, "folder"));
        Directory.CreateSymbolicLink(Path.Combine(folder.Root, "folder", "1"), outside);
        Directory.CreateSymbolicLink(Path.Combine(folder.Root, "alias"), Path.Combine(folder.Root, "inside"));
        Directory.CreateSymbolicLink(Path.Combine(folder.Root, "round"), Path.Combine(folder.Root, "round"));
        File.CreateSymbolicLink(Path.Combine(folder.Root, "manifest", "model.json"), "/etc/passwd");
        await folder.StartAsync();
        Assert.Equal(1, await folder.AddedAsync("alias"));
        Assert.StartsWith("model.onnx is a link that leads out of", folder.Status("file", 1)!.Reason, StringComparison.Ordinal);
        Assert.StartsWith("model.onnx is a link that leads out of", folder.Status("folder", 1)!.Reason, StringComparison.Ordinal);
        Assert.StartsWith("model.json is a link that leads out of", folder.Status("manifest", 1)!.Reason, StringComparison.Ordinal);
        Assert.Contains(folder.Logged, line => line.Contains("linked is not served: It is a link that leads out of", StringComparison.Ordinal));
        Assert.DoesNotContain(folder.Repository.Models, model => model.Name is "linked" or "round");
    }

    [Fact]
    public async Task Folders_that_are_no_models_are_passed_over()
    {
        await using ModelFolder folder = new ModelFolder().Write("add", 1, ModelFiles.Add(1));
        foreach (string name in new[] { "with space", ".hidden", "add/01", "add/0", "add/-2", "add/assets", "add/99999999999", "prose" })
        {
            Directory.CreateDirectory(Path.Combine(folder.Root, name));
        }

        await folder.StartAsync();
        Assert.Equal("add", Assert.Single(folder.Repository.Models).Name);
        Assert.Equal([1], folder.Repository.Models[0].Versions.Select(version => version.Version));
        Assert.Contains(folder.Logged, line => line.Contains("with space is not served: A model's name is", StringComparison.Ordinal));
    }

    [Fact]
    public async Task External_data_inside_the_folder_are_read_and_may_be_replaced()
    {
        byte[] file = ModelFiles.AddExternal(("location", "weights/c.bin"), ("offset", "8"), ("length", "4"));
        await using ModelFolder folder = await new ModelFolder()
            .Write("add", 1, [.. new byte[8], .. Seven, 1, 2], "weights/c.bin").Write("add", 1, file).StartAsync();
        Assert.Equal(7, await folder.AddedAsync());

        // Mapped into memory, a file that is cut off under a running model would end the process.
        string weights = folder.PathOf("add", 1, "weights/c.bin");
        await File.WriteAllBytesAsync(weights, [], Token);
        await folder.UntilReasonAsync("add", 1, "should have 4 bytes from byte 8 of weights/c.bin, which has 0.");
        Assert.Equal(7, await folder.AddedAsync());
        folder.Write("add", 1, [.. new byte[8], .. BitConverter.GetBytes(8f)], "weights/c.bin");
        await folder.UntilAddedAsync(8);
    }

    [Theory]
    [InlineData("../../outside.bin")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("/etc/hostname")]
    [InlineData("link.bin")]
    [InlineData("*/_ORT_MEM_ADDR_/*")]
    [InlineData("missing.bin")]
    public async Task External_data_elsewhere_are_refused(string location)
    {
        byte[] file = ModelFiles.AddExternal(("location", location), ("offset", "0"), ("length", "4"));
        await using ModelFolder folder = new ModelFolder().Write("add", 1, file);
        await File.WriteAllBytesAsync(Path.Combine(folder.Root, "outside.bin"), Seven, Token);
        File.CreateSymbolicLink(folder.PathOf("add", 1, "link.bin"), Path.Combine(folder.Root, "outside.bin"));
        await folder.StartAsync();
        Assert.Matches(
            location is "missing.bin" or "*/_ORT_MEM_ADDR_/*" ? "there is no such file" : "which is not inside the model's folder",
            folder.Status("add", 1)!.Reason!);
    }

    [Fact]
    public async Task External_data_are_found_wherever_a_tensor_can_be()
    {
        await using var folder = new ModelFolder();
        (string, string)[] away = [("location", "../../outside.bin")];
        Graph inner = new Graph().Output("v", Elements.Float, 1).External("v", Elements.Float, [1], away);
        Proto constant = Graph.Attribute("value", Graph.Outside(Graph.Tensor("t", Elements.Float, [1]), away));
        Proto branch = Graph.Attribute("then_branch", inner);
        Graph model = new Graph().Output("y", Elements.Float, 1);
        folder.Write("attribute", 1, model.Node("Constant", [], ["y"], constant).File());
        folder.Write("subgraph", 1, new Graph().Input("b", Elements.Bool).Output("y", Elements.Float, 1).Node("If", ["b"], ["y"], branch, Graph.Attribute("else_branch", inner)).File());
        Proto twice = new Proto().Text(1, "value").Message(5, Graph.Tensor("t", Elements.Float, [1])).Message(5, Graph.Outside(new Proto(), away));
        folder.Write("halves", 1, new Graph().Output("y", Elements.Float, 1).Node("Constant", [], ["y"], twice).File());
        await File.WriteAllBytesAsync(Path.Combine(folder.Root, "outside.bin"), Seven, Token);
        await folder.StartAsync();
        Assert.EndsWith("which is not inside the model's folder.", folder.Status("attribute", 1)!.Reason!, StringComparison.Ordinal);
        Assert.EndsWith("which is not inside the model's folder.", folder.Status("subgraph", 1)!.Reason!, StringComparison.Ordinal);
        Assert.Equal("Field 5 of a Attribute is there twice.", folder.Status("halves", 1)!.Reason);
    }

    [Fact]
    public async Task A_model_larger_than_allowed_is_refused_with_its_external_data()
    {
        byte[] file = ModelFiles.AddExternal(("location", "c.bin"));
        await using ModelFolder folder = new ModelFolder().Write("file", 1, ModelFiles.Slow()).Write("data", 1, Seven, "c.bin").Write("data", 1, file);
        folder.Options = folder.Options with { MaxModelBytes = file.Length + 3 };
        await folder.StartAsync();
        Assert.Contains($"expected 1 to {file.Length + 3}", folder.Status("file", 1)!.Reason, StringComparison.Ordinal);
        Assert.Contains($"has more than {file.Length + 3} bytes", folder.Status("data", 1)!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Random_bytes_are_no_model_and_no_crash()
    {
        var random = new Random(1);
        await using var folder = new ModelFolder();
        byte[] good = ModelFiles.Slow(4);
        for (int version = 1; version <= 200; version++)
        {
            byte[] bytes = version % 2 == 0 ? [.. good] : new byte[random.Next(1, 300)];
            if (version % 2 != 0)
            {
                random.NextBytes(bytes);
            }
            else
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            folder.Write("random", version, bytes);
        }

        folder.Options = folder.Options with { WarmUpTimeout = TimeSpan.FromMilliseconds(500) };
        await folder.StartAsync();
        Assert.All(folder.Repository.Models.Single().Versions, version => Assert.NotEqual(ModelState.Loading, version.State));
        Assert.DoesNotContain(folder.Logged, line => line.StartsWith("Critical", StringComparison.Ordinal));
    }
}
