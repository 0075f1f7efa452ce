using System.Buffers;
using System.Numerics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Clustering;

/// <summary>Greedy k-means++.</summary>
internal static unsafe class PlusPlus
{
    private const int ChunkPoints = 4096;

    /// <summary>Chooses the points; operands have been checked, and enough points have a weight.</summary>
    public static void Choose<T>(
        ReadOnlySpan<T> points, int dimensions, ReadOnlySpan<T> sampleWeight, ref SeededRandom random, Span<int> indices, Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = points.Length / dimensions;
        int tries = 2 + (int)Math.Floor(Math.Log(indices.Length));
        int chunks = Chunks.Count(count, ChunkPoints);
        double[] potential = ArrayPool<double>.Shared.Rent(count);
        double[] losses = ArrayPool<double>.Shared.Rent(chunks * tries);
        Span<int> candidates = stackalloc int[tries];
        Span<double> draws = potential.AsSpan(0, count);
        fixed (T* p = points, w = sampleWeight)
        fixed (double* q = potential, l = losses)
        fixed (int* c = candidates)
        {
            var job = new Job<T> { Points = p, Weights = w, Count = count, Dimensions = dimensions, Potential = q, Losses = l, Candidates = c, Tries = tries };
            for (int i = 0; i < count; i++)
            {
                draws[i] = w == null ? 1 : double.CreateTruncating(w[i]);
            }

            indices[0] = new WeightedDraw(draws).Next(random.NextUniform());
            draws.Fill(double.PositiveInfinity);
            job.Taken = indices[0];
            Chunks.Run(chunks, job with { Update = true }, execution);
            for (int k = 1; k < indices.Length; k++)
            {
                var draw = new WeightedDraw(draws);
                for (int t = 0; t < tries; t++)
                {
                    candidates[t] = draw.Next(random.NextUniform());
                }

                if (candidates[0] < 0)
                {
                    TakeAnyOthers(w, count, indices, k);
                    break;
                }

                Chunks.Run(chunks, job, execution);
                indices[k] = candidates[Best(losses, chunks, tries)];
                job.Taken = indices[k];
                Chunks.Run(chunks, job with { Update = true }, execution);
            }
        }

        ArrayPool<double>.Shared.Return(potential);
        ArrayPool<double>.Shared.Return(losses);
    }

    private static int Best(double[] losses, int chunks, int tries)
    {
        int best = 0;
        double least = double.PositiveInfinity;
        for (int t = 0; t < tries; t++)
        {
            double loss = 0;
            for (int chunk = 0; chunk < chunks; chunk++)
            {
                loss += losses[(chunk * tries) + t];
            }

            if (loss < least)
            {
                (best, least) = (t, loss);
            }
        }

        return best;
    }

    private static void TakeAnyOthers<T>(T* weights, int count, Span<int> indices, int chosen)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var taken = new HashSet<int>(indices[..chosen].ToArray());
        for (int i = 0; i < count && chosen < indices.Length; i++)
        {
            if ((weights == null || weights[i] != T.Zero) && taken.Add(i))
            {
                indices[chosen++] = i;
            }
        }
    }

    // Either measures what inertia each candidate would leave, or takes a centroid and brings the potentials up to date.
    private struct Job<T> : IChunkJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T* Points;
        public T* Weights;
        public int Count;
        public int Dimensions;
        public double* Potential;
        public double* Losses;
        public int* Candidates;
        public int Tries;
        public bool Update;
        public int Taken;

        public readonly void Run(int chunk)
        {
            int first = chunk * ChunkPoints;
            int end = Math.Min(Count, first + ChunkPoints);
            if (Update)
            {
                for (int i = first; i < end; i++)
                {
                    Potential[i] = Math.Min(Potential[i], Distance(i, Taken));
                }

                return;
            }

            double* losses = Losses + ((long)chunk * Tries);
            new Span<double>(losses, Tries).Clear();
            for (int i = first; i < end; i++)
            {
                if (Potential[i] != 0)
                {
                    for (int t = 0; t < Tries; t++)
                    {
                        losses[t] += Math.Min(Potential[i], Distance(i, Candidates[t]));
                    }
                }
            }
        }

        private readonly double Distance(int i, int other)
        {
            double weight = Weights == null ? 1 : double.CreateTruncating(Weights[i]);
            return weight == 0 ? 0 : weight * SquaredDistance.Between(Points + ((long)i * Dimensions), Points + ((long)other * Dimensions), Dimensions);
        }
    }
}
