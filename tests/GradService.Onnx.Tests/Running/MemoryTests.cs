using GradService.Onnx.Running;

namespace GradService.Onnx.Tests.Running;

[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    // 3 channels to 24 and back: a picture of 512 by 512 passes through 25 MB, twice.
    private static readonly byte[] File = new Graph().Input("x", Elements.Float, "batch", 3, "h", "w").Output("y", Elements.Float, "batch", 3, "h", "w")
        .Constant("up", Elements.Float, [24, 3, 1, 1], new float[72]).Constant("down", Elements.Float, [3, 24, 1, 1], new float[72])
        .Node("Conv", ["x", "up"], ["wide"]).Node("Tanh", ["wide"], ["bent"]).Node("Conv", ["bent", "down"], ["y"])
        .File();

    [Fact]
    public async Task A_thousand_requests_of_changing_size_leave_memory_as_it_was()
    {
        using OnnxModel model = TestModel.Of(File);
        var random = new Random(1);
        var pixels = new byte[3 * 512 * 512 * sizeof(float)];
        await RunAsync(model, pixels, 512, 512);
        for (int request = 0; request < 100; request++)
        {
            await RunAsync(model, pixels, random.Next(1, 513), random.Next(1, 513));
        }

        long before = Environment.WorkingSet;
        for (int request = 0; request < 1000; request++)
        {
            await RunAsync(model, pixels, random.Next(1, 513), random.Next(1, 513));
        }

        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 200L << 20);
    }

    [Fact]
    public async Task Memory_that_a_large_picture_took_is_given_back()
    {
        using OnnxModel keeping = TestModel.Of(File, TestModel.Options with { KeepsMemory = TimeSpan.FromDays(1) });
        using OnnxModel giving = TestModel.Of(File, TestModel.Options with { KeepsMemory = TimeSpan.Zero });
        var pixels = new byte[3 * 1024 * 1024 * sizeof(float)];
        Array.Fill(pixels, (byte)1);
        long kept = await GrowthAsync(keeping, pixels), given = await GrowthAsync(giving, pixels);
        Assert.True(given < kept / 2, $"Of {kept} bytes {given} were left.");
    }

    private static async Task<long> GrowthAsync(OnnxModel model, byte[] pixels)
    {
        long before = Environment.WorkingSet;
        await RunAsync(model, pixels, 1024, 1024);
        await RunAsync(model, pixels, 8, 8);
        return Environment.WorkingSet - before;
    }

    private static async Task RunAsync(OnnxModel model, byte[] pixels, int height, int width)
    {
        var input = new ModelInput("x", TensorDatatype.FP32, [1, 3, height, width], pixels.AsMemory(0, 3 * height * width * sizeof(float)));
        using ModelResult result = await model.RunAsync([input], null, TestContext.Current.CancellationToken);
        Assert.Equal([1, 3, height, width], result.Outputs[0].Shape);
    }
}
