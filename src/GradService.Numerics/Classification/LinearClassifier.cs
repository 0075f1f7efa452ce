using System.Numerics;

namespace GradService.Numerics.Classification;

/// <summary>The sizes of a linear classifier, and the rules that its operands share.</summary>
/// <param name="Features">F, the features of a sample.</param>
/// <param name="Rows">The rows of the coefficients: 1 for a binary model, whose score is the logit of class 1, else one row for each class.</param>
public readonly record struct LinearClassifier(int Features, int Rows)
{
    /// <summary>How many classes it tells apart: 2, or the number of rows.</summary>
    public int Classes => Rows == 1 ? 2 : Rows;

    /// <summary>Whether one score says it all.</summary>
    public bool IsBinary => Rows == 1;

    internal void CheckModel<T>(ReadOnlySpan<T> coef, ReadOnlySpan<T> intercept)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Rows < 1)
        {
            throw new OperandException(nameof(coef), "coef has no rows; expected [F] for two classes or [K, F] for K classes.");
        }

        if (coef.Length != (long)Rows * Features)
        {
            throw new OperandException(nameof(coef), $"coef has {Quantity.Of(coef.Length, "element", "elements")}; with {Quantity.Of(Features, "feature", "features")} and {Quantity.Of(Rows, "row", "rows")} it must be [{Rows}, {Features}].");
        }

        if (!intercept.IsEmpty && intercept.Length != Rows)
        {
            throw new OperandException(nameof(intercept), $"intercept has {Quantity.Of(intercept.Length, "element", "elements")}; expected {Rows}, one for each row of coef.");
        }
    }

    internal int CheckSamples<T>(ReadOnlySpan<T> features, ReadOnlySpan<int> labels, ReadOnlySpan<T> sampleWeight, ReadOnlySpan<T> coef, ReadOnlySpan<T> intercept)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckModel(coef, intercept);
        int samples = CheckFeatures(features, labels.Length);
        CheckLabels(labels);
        CheckWeights(sampleWeight, samples);
        return samples;
    }

    internal int CheckFeatures<T>(ReadOnlySpan<T> features, int samples)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        features.Length == (long)samples * Features
            ? samples
            : throw new OperandException(nameof(features), $"features have {Quantity.Of(features.Length, "element", "elements")}; for {Quantity.Of(samples, "sample", "samples")} of {Quantity.Of(Features, "feature", "features")} they must be [{samples}, {Features}].");

    internal void CheckLabels(ReadOnlySpan<int> labels)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)Classes)
            {
                throw new OperandException(nameof(labels), $"{labels[i]} is not a class: coef has {Classes} classes, so labels run from 0 to {Classes - 1}.", i);
            }
        }
    }

    internal static void CheckWeights<T>(ReadOnlySpan<T> sampleWeight, int samples)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!sampleWeight.IsEmpty && sampleWeight.Length != samples)
        {
            throw new OperandException(nameof(sampleWeight), $"sample_weight has {Quantity.Of(sampleWeight.Length, "element", "elements")}; expected {samples}, one for each sample.");
        }
    }

    internal static void CheckPenalty(double penalty, string name)
    {
        if (!(penalty >= 0) || double.IsInfinity(penalty))
        {
            throw new OperandException(name, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{penalty} is not a penalty: it must be a finite number of at least 0."));
        }
    }
}
