using System.IO.Pipelines;
using System.Text;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Tests.Wire;

public sealed class TensorStreamTests
{
    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 0 })]
    [InlineData(new[] { 3, 0, 5000 })]
    [InlineData(new[] { 5 })]
    [InlineData(new[] { 10_000 })]
    [InlineData(new[] { 5000, 3 })]
    [InlineData(new[] { 3, 5000 })]
    [InlineData(new[] { 1, 70, 70, 12 })]
    [InlineData(new[] { 2, 3, 4097 })]
    [InlineData(new[] { 2, 4096, 1, 2 })]
    public async Task A_streamed_tensor_is_the_tensor_written_at_once(int[] lengths)
    {
        var shape = new Shape(lengths);
        var tensor = new Tensor<float>(shape, [.. Enumerable.Range(0, shape.Length).Select(i => i / 7f)]);
        foreach (TensorFormat format in Enum.GetValues<TensorFormat>())
        {
            var whole = new System.Buffers.ArrayBufferWriter<byte>();
            TensorWriter.Write(tensor, format, whole);
            using var streamed = new MemoryStream();
            PipeWriter pipe = PipeWriter.Create(streamed);
            await TensorStream.WriteAsync(tensor, format, pipe, TestContext.Current.CancellationToken);
            await pipe.FlushAsync(TestContext.Current.CancellationToken);
            Assert.Equal(Encoding.UTF8.GetString(whole.WrittenSpan), Encoding.UTF8.GetString(streamed.ToArray()));
        }
    }

    [Fact]
    public async Task A_long_answer_is_never_held_whole()
    {
        var tensor = new Tensor<double>(new Shape(300, 1000), new double[300_000]);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 256 * 1024, resumeWriterThreshold: 128 * 1024));
        Task writing = Task.Run(async () =>
        {
            await TensorStream.WriteAsync(tensor, TensorFormat.Nested, pipe.Writer, TestContext.Current.CancellationToken);
            await pipe.Writer.CompleteAsync();
        }, TestContext.Current.CancellationToken);
        long most = 0;
        long all = 0;
        while (true)
        {
            ReadResult result = await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
            most = Math.Max(most, result.Buffer.Length);
            all += result.Buffer.Length;
            pipe.Reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        await writing;
        Assert.Equal((2 * 300_000) + 1 + (2 * 300), all);
        Assert.True(most < 512 * 1024, $"{most} bytes were held at once.");
    }
}
