using GradService.Numerics;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;
using GradService.Onnx.Pictures;
using GradService.Onnx.Running;

namespace GradService.Models;

/// <summary>What a model said of pictures, at their own size: the class of each pixel, or all its scores.</summary>
internal sealed class ModelScores(ModelResult result, ScoreMap map, SentPictures pictures, bool isBinary, double threshold) : IDisposable
{
    /// <summary>The number of classes: two of a binary mask, background and foreground.</summary>
    public int Classes => isBinary ? 2 : map.Channels;

    /// <summary>How long the model had to be waited for.</summary>
    public TimeSpan QueueTime => result.QueueTime;

    /// <summary>The class with the highest score of each pixel, the lowest of equal ones; of a binary mask, 1 where the value is over the threshold.</summary>
    /// <returns><c>[B, H, W]</c>.</returns>
    public Tensor<int> Labels(TensorScope scope, Execution execution)
    {
        Tensor<int> labels = scope.Rent<int>(new Shape(pictures.Count, pictures.Height, pictures.Width));
        var view = new AxisView(1, map.Channels, pictures.Width);
        Rows(execution, (at, scores) =>
        {
            Span<int> row = labels.Span.Slice(at * pictures.Width, pictures.Width);
            if (!isBinary)
            {
                ArgMax.Along(scores, view, row, new Execution(1, execution.Cancellation));
                return;
            }

            for (int x = 0; x < row.Length; x++)
            {
                row[x] = scores[x] > threshold ? 1 : 0;
            }
        });
        return labels;
    }

    /// <summary>The scores of every pixel. Those of a binary mask, whose value is the foreground's probability p, are 1 - p and p.</summary>
    /// <param name="classesFirst">Whether to lay them out <c>[B, C, H, W]</c> rather than <c>[B, H, W, C]</c>.</param>
    /// <param name="scope">What they are rented from.</param>
    /// <param name="execution">Threads and cancellation.</param>
    public Tensor<float> Full(bool classesFirst, TensorScope scope, Execution execution)
    {
        (int height, int width) = (pictures.Height, pictures.Width);
        Shape positions = classesFirst ? new Shape(pictures.Count, Classes) : new Shape(pictures.Count, height);
        Tensor<float> full = scope.Rent<float>(classesFirst ? Require.Product(positions, "image", height, width) : Require.Product(positions, "image", width, Classes));
        Rows(execution, (at, scores) =>
        {
            (int picture, int y) = Math.DivRem(at, height);
            for (int c = 0; c < Classes; c++)
            {
                ReadOnlySpan<float> plane = scores.Slice(isBinary ? 0 : c * width, width);
                Span<float> into = full.Span[(classesFirst ? ((((picture * Classes) + c) * height) + y) * width : (at * width * Classes) + c)..];
                int step = classesFirst ? 1 : Classes;
                for (int x = 0; x < width; x++)
                {
                    into[x * step] = isBinary && c == 0 ? 1 - plane[x] : plane[x];
                }
            }
        });
        return full;
    }

    public void Dispose() => result.Dispose();

    // Calls with the number of the row counted over all pictures.
    private void Rows(Execution execution, ScoreRow take)
    {
        ReadOnlyMemory<byte> scores = result.Outputs[0].Bytes;
        int bytes = scores.Length / pictures.Count;
        for (int picture = 0; picture < pictures.Count; picture++)
        {
            int first = picture * pictures.Height;
            map.Rows(scores.Slice(picture * bytes, bytes), execution.Threads, (y, row) => take(first + y, row), execution.Cancellation);
        }
    }
}
