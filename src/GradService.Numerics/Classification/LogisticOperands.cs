namespace GradService.Numerics.Classification;

/// <summary>The samples of one pass, already checked. Null pointers stand for what was left out.</summary>
internal readonly unsafe struct LogisticOperands<T>
    where T : unmanaged
{
    public LinearClassifier Classifier { get; init; }

    public int Samples { get; init; }

    public bool HasIntercept { get; init; }

    /// <summary>[N, F].</summary>
    public T* Features { get; init; }

    /// <summary>[N]; null for a pass that only predicts.</summary>
    public int* Labels { get; init; }

    /// <summary>[N].</summary>
    public double* Weights { get; init; }

    /// <summary>The parameters of a row: its coefficients and, at the end, its intercept.</summary>
    public int Width => Classifier.Features + (HasIntercept ? 1 : 0);

    /// <summary>The number of parameters.</summary>
    public int Parameters => Classifier.Rows * Width;

    /// <summary>Puts coefficients and intercepts side by side, row by row.</summary>
    public void Join<TModel>(ReadOnlySpan<TModel> coef, ReadOnlySpan<TModel> intercept, Span<double> theta)
        where TModel : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<TModel>
    {
        int features = Classifier.Features;
        for (int k = 0; k < Classifier.Rows; k++)
        {
            for (int f = 0; f < features; f++)
            {
                theta[(k * Width) + f] = double.CreateTruncating(coef[(k * features) + f]);
            }

            if (HasIntercept)
            {
                theta[(k * Width) + features] = double.CreateTruncating(intercept[k]);
            }
        }
    }

    /// <summary>Takes coefficients and intercepts apart again. Either destination may be empty.</summary>
    public void Part<TModel>(ReadOnlySpan<double> theta, Span<TModel> coef, Span<TModel> intercept)
        where TModel : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<TModel>
    {
        int features = Classifier.Features;
        for (int k = 0; k < Classifier.Rows; k++)
        {
            for (int f = 0; f < features && !coef.IsEmpty; f++)
            {
                coef[(k * features) + f] = TModel.CreateTruncating(theta[(k * Width) + f]);
            }

            if (!intercept.IsEmpty)
            {
                intercept[k] = HasIntercept ? TModel.CreateTruncating(theta[(k * Width) + features]) : TModel.Zero;
            }
        }
    }
}
