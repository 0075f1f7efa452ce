using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>Sorts a worker's share of the rows, one for each class and image. Workers have working memory of their own, and a row's order is the same whoever sorts it.</summary>
internal unsafe struct LovaszSortJob : IChunkJob
{
    public int Rows;
    public int Classes;
    public int PerImage;
    public int WorkerCount;
    public int IgnoreIndex;
    public int* Labels;
    public double* Errors;
    public double* Scratch;
    public int* Order;
    public CancellationToken Cancellation;

    /// <summary>How many workers part the rows.</summary>
    public static int Workers(int rows, Execution execution) => Math.Max(1, Math.Min(rows, execution.Threads));

    public readonly void Run(int chunk)
    {
        double* scratch = Scratch + (chunk * StableOrder.ScratchLength(PerImage));
        for (int row = chunk; row < Rows; row += WorkerCount)
        {
            Cancellation.ThrowIfCancellationRequested();
            int* labels = Labels + ((long)row / Classes * PerImage);
            int* order = Order + ((long)row * PerImage);
            int counted = 0;
            for (int at = 0; at < PerImage; at++)
            {
                order[counted] = at;
                counted += labels[at] == IgnoreIndex ? 0 : 1;
            }

            new Span<int>(order + counted, PerImage - counted).Fill(-1);
            StableOrder.Descending(Errors + ((long)row * PerImage), order, counted, scratch);
        }
    }
}
