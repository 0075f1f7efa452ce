using System.Runtime.InteropServices;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Classification;

/// <summary>Eight samples at work: what belongs to a row of the model lies class-major, eight lanes side by side.</summary>
internal readonly unsafe struct LogisticBlock
{
    public const int Parts = 8;

    // Samples that fit into the first cache, as blocks whose long chains of arithmetic overlap.
    private const int MostBlocks = 8;
    private const int SampleElements = 1536;
    private readonly int _rows;

    /// <summary>Takes the working memory of so many blocks, and clears what is never written. This is the first of them.</summary>
    /// <param name="scratch">At least <see cref="Size"/>.</param>
    /// <param name="rows">The rows of the model.</param>
    /// <param name="width">The parameters of a row.</param>
    public LogisticBlock(ref Scratch scratch, int rows, int width)
    {
        long blocks = Count(width);
        _rows = rows;
        Stride = Tile.WholeLanes(width);
        Samples = scratch.Take(blocks * Tile.Lanes * Stride);
        Model = scratch.Take((long)rows * Stride);
        Gradient = scratch.Take((long)rows * Stride);
        Scores = scratch.Take(blocks * rows * Tile.Lanes);
        Probabilities = scratch.Take(blocks * rows * Tile.Lanes);
        Complements = scratch.Take(blocks * rows * Tile.Lanes);
        Maxima = scratch.Take(blocks * Tile.Lanes);
        Losses = scratch.Take(blocks * Tile.Lanes);
        Clear(Samples, blocks * Tile.Lanes * Stride);
        Clear(Model, (long)rows * Stride);
        Clear(Gradient, (long)rows * Stride);
    }

    private LogisticBlock(in LogisticBlock first, int block)
    {
        this = first;
        Samples += (long)block * Tile.Lanes * Stride;
        Scores += (long)block * _rows * Tile.Lanes;
        Probabilities += (long)block * _rows * Tile.Lanes;
        Complements += (long)block * _rows * Tile.Lanes;
        Maxima += block * Tile.Lanes;
        Losses += block * Tile.Lanes;
    }

    /// <summary>A later block: samples of its own, the same model and gradient.</summary>
    public LogisticBlock this[int block] => new(this, block);

    /// <summary>From a sample, or a row of the model or its gradient, to the next: whole lanes, the last of them 0.</summary>
    public int Stride { get; }

    /// <summary>The samples in FP64, each followed by its 1 for the intercept, [8, stride].</summary>
    public double* Samples { get; }

    /// <summary>The model, [rows, stride].</summary>
    public double* Model { get; }

    /// <summary>The chunk's gradient, [rows, stride].</summary>
    public double* Gradient { get; }

    /// <summary>z, [rows, 8].</summary>
    public double* Scores { get; }

    /// <summary>p, [rows, 8].</summary>
    public double* Probabilities { get; }

    /// <summary>1 - p without cancellation, [rows, 8].</summary>
    public double* Complements { get; }

    /// <summary>The largest score, [8]; with one row the loss of each sample as class 1.</summary>
    public double* Maxima { get; }

    /// <summary>log(1 + the other exponentials), [8]; with one row the loss of each sample as class 0.</summary>
    public double* Losses { get; }

    /// <summary>How many blocks are at work at once.</summary>
    public static int Count(int width) => Math.Clamp(SampleElements / (Tile.Lanes * Tile.WholeLanes(Math.Max(1, width))), 1, MostBlocks);

    /// <summary>The FP64 numbers that all blocks take.</summary>
    public static long Size(int rows, int width) =>
        (((Count(width) * Tile.Lanes) + (2L * rows)) * Tile.WholeLanes(width)) + (Count(width) * ((3L * rows) + 2) * Tile.Lanes);

    private static void Clear(double* at, long count) => NativeMemory.Clear(at, (nuint)(count * sizeof(double)));
}
