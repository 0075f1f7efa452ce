using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>A few positions of a labelled loss in working memory: their scores by class, and a column for each thing known of a position.</summary>
/// <remarks>The loss of a position is <c>sum_c t_c l_c</c> with l_c the loss of class c and t its target: <see cref="Hit"/> at the label plus
/// <see cref="Spread"/> times the class's weight everywhere; or, with shares, <see cref="Hit"/> times the weighted, smoothed share.</remarks>
internal unsafe struct LossTile
{
    public const int Columns = 11;

    public int Classes;
    public int Width;
    public int Stride;

    /// <summary>The scores, class-major; the gradient less <see cref="Factor"/> when the arithmetic is done.</summary>
    public double* Scores;

    /// <summary>The shares as labels, class-major, or null; the targets when the arithmetic is done.</summary>
    public double* Shares;

    /// <summary>The scores of the next tile, which are fetched while this one is computed.</summary>
    public Prefetch Next;

    /// <summary>Where this tile's gradient will go.</summary>
    public Prefetch Written;

    /// <summary>The weight of each class in a target.</summary>
    public double* Weight;

    /// <summary>The sum of <see cref="Weight"/>.</summary>
    public double WeightSum;

    /// <summary>The weights that make up the scale of logits from shares, or null.</summary>
    public double* ScaleWeight;

    public double Smoothing;

    /// <summary>The power of 1 - p that a class's loss is multiplied by; 0 but for the focal loss.</summary>
    public double Gamma;
    public bool Scaled;
    public bool WantsGradient;

    /// <summary>The class, or -1 for an element that is ignored; with shares 0 for one that is not.</summary>
    public int* Label;

    /// <summary>The multiplier of the loss of the label's class.</summary>
    public double* Hit;

    /// <summary>The multiplier of the weighted losses of all classes; 0 without smoothing.</summary>
    public double* Spread;

    /// <summary>The weight of the label's class in <see cref="Weight"/>.</summary>
    public double* LabelWeight;

    /// <summary>What the logits are multiplied by.</summary>
    public double* Scale;

    /// <summary>The gradient with respect to the position's loss; 0 where it is ignored.</summary>
    public double* Upstream;

    /// <summary>The score of the label's class; its gradient when the arithmetic is done.</summary>
    public double* Picked;

    /// <summary>What the scores are multiplied by on their way out as a gradient.</summary>
    public double* Factor;

    /// <summary>The loss.</summary>
    public double* Loss;

    /// <summary>The exponential of the label's score, relative to the largest; 0 where there is no label.</summary>
    public double* Own;

    /// <summary>The columns of <see cref="FloatSoftmax"/>.</summary>
    public float* Singles;

    /// <summary>The numbers of working memory that a tile needs.</summary>
    public static long Size(int classes, int width, bool shares) =>
        ((long)classes * Tile.Stride(width) * (shares ? 2 : 1)) + ((Columns - 1L) * width) + FloatSoftmax.Room;

    /// <summary>Lays a tile out in working memory.</summary>
    public static LossTile In(ref Scratch scratch, int classes, bool shares)
    {
        int width = Tile.Width(classes);
        int stride = Tile.Stride(width);
        return new LossTile
        {
            Classes = classes,
            Width = width,
            Stride = stride,
            Scores = scratch.Take((long)classes * stride),
            Shares = shares ? scratch.Take((long)classes * stride) : null,
            Label = (int*)scratch.Take(width),
            Hit = scratch.Take(width),
            Spread = scratch.Take(width),
            LabelWeight = scratch.Take(width),
            Scale = scratch.Take(width),
            Upstream = scratch.Take(width),
            Picked = scratch.Take(width),
            Factor = scratch.Take(width),
            Loss = scratch.Take(width),
            Own = scratch.Take(width),
            Singles = (float*)scratch.Take(FloatSoftmax.Room),
        };
    }
}
