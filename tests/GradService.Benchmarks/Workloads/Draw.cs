using GradService.Numerics.Tensors;

namespace GradService.Benchmarks.Workloads;

/// <summary>Draws tensors, the same ones for the same seed.</summary>
internal sealed class Draw(int seed)
{
    // Not a secret but a reproducible sequence is wanted.
#pragma warning disable CA5394
    private readonly Random _random = new(seed);

    /// <summary>Standard normal numbers times a scale.</summary>
    public Tensor<float> Normal(double scale, params ReadOnlySpan<int> shape) => Fill(shape, () =>
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble()));
        return (float)(scale * radius * Math.Cos(2 * Math.PI * _random.NextDouble()));
    });

    /// <summary>Numbers drawn evenly from an interval.</summary>
    public Tensor<float> Uniform(double from, double to, params ReadOnlySpan<int> shape) =>
        Fill(shape, () => (float)(from + ((to - from) * _random.NextDouble())));

    /// <summary>Whole numbers from 0 up to, without, a bound.</summary>
    public Tensor<int> Classes(int bound, params ReadOnlySpan<int> shape) => Fill(shape, () => _random.Next(bound));

    /// <summary>Each element true with a probability.</summary>
    public Tensor<bool> Flags(double probability, params ReadOnlySpan<int> shape) => Fill(shape, () => _random.NextDouble() < probability);

    /// <summary>Rows of probabilities, or their logarithms.</summary>
    public Tensor<float> Distributions(bool logarithms, int rows, int classes)
    {
        Tensor<float> drawn = Uniform(0.05, 1, rows, classes);
        for (int row = 0; row < rows; row++)
        {
            Span<float> values = drawn.Span.Slice(row * classes, classes);
            float sum = 0;
            foreach (float value in values)
            {
                sum += value;
            }

            foreach (ref float value in values)
            {
                value = logarithms ? MathF.Log(value / sum) : value / sum;
            }
        }

        return drawn;
    }

    /// <summary>Points around as many centres as there are clusters, as clustering finds them in the field.</summary>
    public Tensor<float> Clusters(Tensor<float> centres, int count)
    {
        (int clusters, int dimensions) = (centres.Shape[0], centres.Shape[1]);
        Tensor<float> points = Normal(1, count, dimensions);
        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<float> centre = centres.Span.Slice(_random.Next(clusters) * dimensions, dimensions);
            Span<float> point = points.Span.Slice(row * dimensions, dimensions);
            for (int axis = 0; axis < dimensions; axis++)
            {
                point[axis] += centre[axis];
            }
        }

        return points;
    }
#pragma warning restore CA5394

    private static Tensor<T> Fill<T>(ReadOnlySpan<int> shape, Func<T> next)
        where T : unmanaged
    {
        var lengths = new Shape(shape);
        var values = new T[lengths.Length];
        for (int index = 0; index < values.Length; index++)
        {
            values[index] = next();
        }

        return new Tensor<T>(lengths, values);
    }
}
