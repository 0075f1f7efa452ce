namespace GradService.Numerics.Losses;

/// <summary>The choices of <see cref="Overlap"/>. The index of a class is <c>(n I + s) / (n I + a FP + b FN + s)</c>.</summary>
public sealed record OverlapOptions
{
    /// <summary>n: how often the intersection counts.</summary>
    public double Intersection { get; private init; } = 2;

    /// <summary>a: the weight of false positives, finite and at least 0.</summary>
    public double Alpha { get; private init; } = 1;

    /// <summary>b: the weight of false negatives, finite and at least 0.</summary>
    public double Beta { get; private init; } = 1;

    /// <summary>s: added above and below, finite and at least 0.</summary>
    public double Smooth { get; init; } = 1;

    /// <summary>Whether sums of squares stand where sums stood: FP is then <c>sum p (p - y)</c> and FN <c>sum y (y - p)</c>.</summary>
    public bool Squared { get; init; }

    /// <summary>Whether class 0 has a loss. Its probability enters the softmax either way.</summary>
    public bool IncludeBackground { get; init; } = true;

    /// <summary>Over what the sums run.</summary>
    public OverlapAverage Average { get; init; } = OverlapAverage.Macro;

    /// <summary>The length of axis 0 where it is not that of the classes, at least 0: the images of <see cref="OverlapAverage.PerImage"/>.</summary>
    public int Images { get; init; } = 1;

    /// <summary>The label of elements to leave out. With class probabilities as labels it must be negative.</summary>
    public int IgnoreIndex { get; init; } = -100;

    /// <summary>The Dice index, or F1: n = 2, a = b = 1.</summary>
    public static OverlapOptions Dice { get; } = new();

    /// <summary>The Jaccard index, or intersection over union: n = a = b = 1.</summary>
    public static OverlapOptions Jaccard { get; } = new() { Intersection = 1 };

    /// <summary>The Tversky index: n = 1.</summary>
    /// <param name="alpha">The weight of false positives.</param>
    /// <param name="beta">The weight of false negatives.</param>
    public static OverlapOptions Tversky(double alpha, double beta) => new() { Intersection = 1, Alpha = alpha, Beta = beta };
}
