using System.Buffers;
using System.Runtime.InteropServices;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Classification;

/// <summary>One pass over the samples of a logistic model: cuts them into chunks, and adds up what the chunks found in their order.</summary>
internal static unsafe class LogisticPass
{
    // Enough for as many cores as a machine is likely to have; few, so that the chunks' own sums stay small beside the samples.
    private const int MostChunks = 64;
    private const int LeastElements = 65536;
    private const long MostHessianElements = 1 << 22;

    public static LogisticSums Run<T>(in LogisticOperands<T> operands, double* theta, in LogisticOutputs<T> outputs, Execution execution)
        where T : unmanaged
    {
        int parameters = operands.Parameters;
        int rows = ChunkRows(operands, outputs.Hessian != null);
        int chunks = Chunks.Count(operands.Samples, rows);
        long square = outputs.Hessian == null ? 0 : (long)parameters * parameters;
        long linear = outputs.Gradient == null ? 0 : parameters;
        new Span<double>(outputs.Gradient, (int)linear).Clear();
        NativeMemory.Clear(outputs.Hessian, (nuint)(square * sizeof(double)));

        // The first chunk adds into the destination itself; the others have sums of their own.
        var sums = new LogisticSums[chunks];
        double[] rented = ArrayPool<double>.Shared.Rent(checked((int)Math.Max(1, Math.Max(0, chunks - 1) * (square + linear))));
        try
        {
            fixed (double* own = rented)
            {
                new Span<double>(own, (int)(Math.Max(0, chunks - 1) * (square + linear))).Clear();
                Chunks.RunOnLanes(chunks, new LogisticJob<T>(operands, theta, outputs, rows, own, sums), execution);
                LogisticSums total = LogisticSums.Nothing;
                for (int chunk = 0; chunk < chunks; chunk++)
                {
                    total += sums[chunk];
                    if (chunk > 0)
                    {
                        double* gradient = own + ((chunk - 1) * (square + linear));
                        Products.Add(gradient, outputs.Gradient, linear);
                        Products.Add(gradient + linear, outputs.Hessian, square);
                    }
                }

                Mirror(operands, outputs.Hessian);
                return total;
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(rented);
        }
    }

    private static int ChunkRows<T>(in LogisticOperands<T> operands, bool hessian)
        where T : unmanaged
    {
        long parameters = Math.Max(1, operands.Parameters);
        long most = hessian ? Math.Clamp(MostHessianElements / (parameters * parameters), 1, MostChunks) : MostChunks;
        long rows = Math.Max((operands.Samples + most - 1) / most, LeastElements / Math.Max(1, operands.Width));

        // Whole steps of eight samples, and enough of them that a chunk's gradient is small beside its samples.
        return Tile.WholeLanes((int)Math.Min(1 << 30, Math.Max(rows, 8L * operands.Classifier.Rows)));
    }

    // The chunks fill, for each pair of rows k >= l, the lower triangle of a block that is symmetric in itself.
    private static void Mirror<T>(in LogisticOperands<T> operands, double* hessian)
        where T : unmanaged
    {
        if (hessian == null)
        {
            return;
        }

        int width = operands.Width;
        long parameters = operands.Parameters;
        for (int k = 0; k < operands.Classifier.Rows; k++)
        {
            for (int l = 0; l <= k; l++)
            {
                for (int a = 0; a < width; a++)
                {
                    for (int b = 0; b <= a; b++)
                    {
                        double value = hessian[(((k * width) + a) * parameters) + (l * width) + b];
                        hessian[(((k * width) + b) * parameters) + (l * width) + a] = value;
                        hessian[(((l * width) + a) * parameters) + (k * width) + b] = value;
                        hessian[(((l * width) + b) * parameters) + (k * width) + a] = value;
                    }
                }
            }
        }
    }
}
