using System.Buffers;
using System.Numerics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Clustering;

/// <summary>
/// One pass over the points: the nearest centroid of each (or the one it is given), its exact squared distance, and the sums of each
/// cluster. A point is read once; memory is that of the answer and a few blocks, never points by centroids.
/// </summary>
internal static unsafe class ClusterPass
{
    // Points in a chunk, or half more or less.
    private const int UsualChunk = 8192;

    // Centroids measured for a point in the mean that take as long as finding candidates twice as fast saves.
    private const int MostMeasured = 3;

    // The points among which those are gathered that have to be looked at: few enough to stay in the second cache.
    private const int WindowValues = 1 << 15;
    private const int LargestWindow = 1024;

    // Chunks keep sums of their own. Of this many points for each centroid, or half more or less, they take half of the points' memory at most in FP64.
    private const int PointsForEachCentroid = 4;

    /// <summary>Runs the pass. The operands have been checked.</summary>
    /// <param name="points"><c>[N, D]</c>.</param>
    /// <param name="centroids"><c>[K, D]</c>, K at least 1.</param>
    /// <param name="dimensions">D.</param>
    /// <param name="sampleWeight"><c>[N]</c>, or empty for ones. A point of weight 0 adds to nothing.</param>
    /// <param name="assign">Whether to find the assignments, rather than to take those given.</param>
    /// <param name="assignments"><c>[N]</c>, found or given.</param>
    /// <param name="squaredDistances">Receives each point's squared distance to its centroid, <c>[N]</c>; empty when not wanted.</param>
    /// <param name="sums">Receives the sums; null when not wanted.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <param name="lanes">Floats in a vector; 0 for what the machine is fast with.</param>
    /// <param name="bounds">What is known of the distances to other centroids, brought up to date; null for nothing. The assignments are then those of the last pass with it.</param>
    public static void Run<T>(
        ReadOnlySpan<T> points,
        ReadOnlySpan<T> centroids,
        int dimensions,
        ReadOnlySpan<T> sampleWeight,
        bool assign,
        Span<int> assignments,
        Span<T> squaredDistances,
        ClusterSums? sums,
        Execution execution,
        int lanes = 0,
        DistanceBounds? bounds = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = assignments.Length;
        int clusters = sums?.Clusters ?? centroids.Length / Math.Max(1, dimensions);
        lanes = lanes == 0 ? NearestCentroid<T>.Lanes : lanes;
        int chunk = ChunkLength(count, clusters);
        int chunks = Chunks.Count(count, chunk);
        long each = sums is null ? 0 : (long)clusters * (dimensions + 2);
        double[] partial = ArrayPool<double>.Shared.Rent(checked((int)(each * chunks)));
        try
        {
            (long room, int parts) = assign ? CentroidPanels<T>.Room(clusters, dimensions, lanes) : (0, 0);
            bool coarsely = assign && bounds is null && CoarsePanels<T>.Fits(count, lanes);
            (long coarseRoom, int coarseParts) = coarsely ? CoarsePanels<T>.Room(clusters, dimensions) : (0, 0);
            using var memory = new Scratch(room + coarseRoom, parts + coarseParts);
            fixed (T* p = points, c = centroids, w = sampleWeight, distances = squaredDistances)
            fixed (int* a = assignments)
            fixed (double* s = partial, others = bounds?.Others)
            {
                Scratch forPanels = memory;
                var job = new Job<T>
                {
                    Points = p,
                    Centroids = c,
                    Weights = w,
                    Assignments = a,
                    Distances = distances,
                    Partial = sums is null ? null : s,
                    Bounds = bounds,
                    Others = others,
                    Panels = assign ? new CentroidPanels<T>(c, clusters, dimensions, lanes, ref forPanels) : default,
                    Assign = assign,
                    Lanes = lanes,
                    Count = count,
                    Chunk = chunk,
                    Clusters = clusters,
                    Dimensions = dimensions,
                };
                if (coarsely)
                {
                    job.Coarse = new CoarsePanels<T>(job.Panels, p, count, ref forPanels);
                }

                Chunks.Run(chunks, job, execution);
                if (sums is not null)
                {
                    AddUp(s, chunks, each, sums);
                }
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(partial);
        }
    }

    // Chunks of one length and even in number, so that two threads have as much to do.
    private static int ChunkLength(int count, int clusters)
    {
        long usual = Math.Max(UsualChunk, (long)PointsForEachCentroid * clusters);
        long pairs = (count + usual) / (2 * usual);
        return pairs == 0 ? Math.Max(1, count) : (int)((count + (2 * pairs) - 1) / (2 * pairs));
    }

    private static void AddUp(double* partial, int chunks, long each, ClusterSums sums)
    {
        int inSums = sums.Sums.Length;
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            var ofChunk = new ReadOnlySpan<double>(partial + (chunk * each), (int)each);
            Add(ofChunk[..inSums], sums.Sums);
            Add(ofChunk.Slice(inSums, sums.Clusters), sums.Weights);
            Add(ofChunk[(inSums + sums.Clusters)..], sums.Losses);
        }
    }

    private static void Add(ReadOnlySpan<double> values, Span<double> totals)
    {
        int i = 0;
        for (; i <= totals.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            (new Vector<double>(totals[i..]) + new Vector<double>(values[i..])).CopyTo(totals[i..]);
        }

        for (; i < totals.Length; i++)
        {
            totals[i] += values[i];
        }
    }

    private struct Job<T> : IChunkJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T* Points;
        public T* Centroids;
        public T* Weights;
        public int* Assignments;
        public T* Distances;
        public double* Partial;
        public DistanceBounds? Bounds;
        public double* Others;
        public CentroidPanels<T> Panels;
        public CoarsePanels<T> Coarse;
        public bool Assign;
        public int Lanes;
        public int Count;
        public int Chunk;
        public int Clusters;
        public int Dimensions;

        public readonly long ScratchLength => Assign ? NearestCentroid<T>.Room(Panels.Padded, Dimensions).Count + (Bounds is null ? 0 : 2L * Window) : 0;

        private readonly int Window => Math.Clamp(WindowValues / Dimensions, NearestCentroid<T>.Block(Panels.Padded), LargestWindow);

        public readonly void Run(int chunk)
        {
            int first = chunk * Chunk;
            int end = (int)Math.Min(Count, (long)first + Chunk);
            double* sums = Partial == null ? null : Partial + ((long)chunk * Clusters * (Dimensions + 2));
            if (sums != null)
            {
                for (int k = 0; k < Clusters; k++)
                {
                    new Span<double>(sums + ((long)k * Dimensions), Dimensions).Clear();
                }

                new Span<double>(sums + ((long)Clusters * Dimensions), 2 * Clusters).Clear();
            }

            if (!Assign)
            {
                Accumulate(first, end, sums, known: null, coming: 0);
                return;
            }

            using var memory = new Scratch(ScratchLength, NearestCentroid<T>.Room(Panels.Padded, Dimensions).Parts + 2);
            int block = NearestCentroid<T>.Block(Panels.Padded);
            if (Bounds is not null)
            {
                RunBounded(first, end, sums, block, memory);
                return;
            }

            CoarsePanels<T> coarse = Coarse;
            for (int i = first; i < end; i += block)
            {
                int count = Math.Min(block, end - i);
                int measured = NearestCentroid<T>.Find(Points + ((long)i * Dimensions), null, count, Panels, coarse, Lanes, memory, Assignments + i, null);
                if (measured > MostMeasured * count)
                {
                    // Centroids so close to each other take more than 16 bits to tell apart.
                    coarse = default;
                }

                Accumulate(i, i + count, sums, known: null, coming: block);
            }
        }

        private readonly void RunBounded(int first, int end, double* sums, int block, Scratch memory)
        {
            int window = Window;
            double* distances = memory.Take(window);
            int* open = (int*)memory.Take(window);
            for (int i = first; i < end; i += window)
            {
                int count = Math.Min(window, end - i);
                int left = Settle(i, count, distances, open);
                for (int at = 0; at < left; at += block)
                {
                    NearestCentroid<T>.Find(Points + ((long)i * Dimensions), open + at, Math.Min(block, left - at), Panels, default, Lanes, memory, Assignments + i, Others + i);
                }

                Accumulate(i, i + count, sums, distances, coming: 0);
            }
        }

        // The distances of those points that keep their centroid, NaN for the others, and which those are.
        private readonly int Settle(int first, int count, double* distances, int* open)
        {
            int left = 0;
            for (int i = 0; i < count; i++)
            {
                double bound = Others[first + i];
                distances[i] = double.NaN;
                if (bound > 0)
                {
                    int own = Assignments[first + i];
                    bound = Bounds!.After(bound, own);
                    double distance = SquaredDistance.Between(Points + ((long)(first + i) * Dimensions), Centroids + ((long)own * Dimensions), Dimensions);
                    if (DistanceBounds.IsSettled(distance, bound))
                    {
                        Others[first + i] = bound;
                        distances[i] = distance;
                        continue;
                    }
                }

                open[left++] = i;
            }

            return left;
        }

        // Meanwhile those that follow after so many are fetched.
        private readonly void Accumulate(int first, int end, double* sums, double* known, int coming)
        {
            if (sums == null && Distances == null)
            {
                return;
            }

            double* weights = sums + ((long)Clusters * Dimensions);
            double* losses = weights + Clusters;
            for (int i = first; i < end; i++)
            {
                int k = Assignments[i];
                T* point = Points + ((long)i * Dimensions);
                if (coming > 0)
                {
                    Prefetch.Run(point + ((long)coming * Dimensions), Dimensions);
                }

                T* centroid = Centroids + ((long)k * Dimensions);
                double* sum = sums + ((long)k * Dimensions);
                double weight = Weights == null ? 1 : double.CreateTruncating(Weights[i]);
                bool isKnown = known != null && !double.IsNaN(known[i - first]);
                bool addsAlready = !isKnown && sums != null && weight == 1;
                double distance = isKnown ? known[i - first] : SquaredDistance.Between(point, centroid, Dimensions, addsAlready ? sum : null);
                if (Distances != null)
                {
                    Distances[i] = T.CreateTruncating(distance);
                }

                if (sums != null && weight != 0)
                {
                    if (!addsAlready)
                    {
                        SquaredDistance.Add(point, weight, sum, Dimensions);
                    }

                    weights[k] += weight;
                    losses[k] += weight * distance;
                }
            }
        }
    }
}
