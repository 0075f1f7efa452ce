using System.Globalization;

namespace GradService.Numerics.Segmentation;

/// <summary>Weights that let rare classes pull on a loss as hard as common ones.</summary>
public static class ClassWeights
{
    /// <summary>Computes a weight for each class from how often it occurs.</summary>
    /// <param name="counts">n_c, the pixels of each class, <c>[C]</c>, each at least 0.</param>
    /// <param name="presentPixels">
    /// The pixels of the images in which each class appears, <c>[C]</c>, at least n_c; 0 for a class that does not occur. Used by
    /// <see cref="ClassWeightMethod.MedianFrequency"/> alone. Empty when unknown: then the counts are taken for those of a single
    /// image, and a class that is confined to few images looks rarer than it is where it appears. <see cref="ClassCounts"/> counts both.
    /// </param>
    /// <param name="method">How a weight follows from a frequency.</param>
    /// <param name="weight">Receives the weights, <c>[C]</c>; 0 for a class that does not occur.</param>
    /// <param name="frequencies">
    /// Receives f_c, <c>[C]</c>: n_c over its <paramref name="presentPixels"/> under median frequency, n_c over the sum of n otherwise;
    /// 0 for a class that does not occur. Or empty.
    /// </param>
    /// <param name="beta">For <see cref="ClassWeightMethod.EffectiveNumber"/>: from 0 (every class weighs 1) to below 1 (towards 1 / n_c).</param>
    /// <param name="medianOfEven">For <see cref="ClassWeightMethod.MedianFrequency"/>, when an even number of classes occurs.</param>
    /// <param name="normalization">How the weights are scaled at the end.</param>
    /// <returns>How many classes occur.</returns>
    /// <exception cref="OperandException">
    /// A count is negative or their sum overflows, <paramref name="presentPixels"/> contradicts the counts, or
    /// <paramref name="beta"/> is out of range.
    /// </exception>
    public static int Evaluate(
        ReadOnlySpan<long> counts,
        ReadOnlySpan<long> presentPixels,
        ClassWeightMethod method,
        Span<double> weight,
        Span<double> frequencies,
        double beta = 0.9999,
        MedianOfEven medianOfEven = MedianOfEven.Average,
        WeightNormalization normalization = WeightNormalization.None)
    {
        if (weight.Length != counts.Length || (!frequencies.IsEmpty && frequencies.Length != counts.Length))
        {
            throw new ArgumentException($"Weights and frequencies are of {counts.Length} classes, their destinations of {weight.Length} and {frequencies.Length}.", nameof(weight));
        }

        long total = ClassCounts.Total(counts, nameof(counts));
        CheckPresence(counts, presentPixels);
        CheckBeta(beta);
        bool median = method == ClassWeightMethod.MedianFrequency;
        bool byPresence = median && !presentPixels.IsEmpty;

        // The weights' own place holds the frequencies until each is replaced.
        int occurring = 0;
        for (int c = 0; c < counts.Length; c++)
        {
            weight[c] = counts[c] == 0 ? 0 : counts[c] / (double)(byPresence ? presentPixels[c] : total);
            occurring += counts[c] > 0 ? 1 : 0;
        }

        if (!frequencies.IsEmpty)
        {
            weight.CopyTo(frequencies);
        }

        double middle = median && occurring > 0 ? Median(weight, occurring, medianOfEven) : 0;
        for (int c = 0; c < counts.Length; c++)
        {
            weight[c] = counts[c] == 0 ? 0 : method switch
            {
                ClassWeightMethod.MedianFrequency => middle / weight[c],
                ClassWeightMethod.InverseFrequency => total / (double)counts[c],
                ClassWeightMethod.EffectiveNumber => (1 - beta) / OneMinusPower(beta, counts[c]),
                ClassWeightMethod.Balanced => total / ((double)occurring * counts[c]),
                _ => throw new ArgumentOutOfRangeException(nameof(method), method, "There is no such method."),
            };
        }

        Normalize(weight, occurring, normalization);
        return occurring;
    }

    private static double Median(ReadOnlySpan<double> frequencies, int occurring, MedianOfEven even)
    {
        var sorted = new double[occurring];
        int at = 0;
        foreach (double frequency in frequencies)
        {
            if (frequency > 0)
            {
                sorted[at++] = frequency;
            }
        }

        Array.Sort(sorted);
        double lower = sorted[(occurring - 1) / 2];
        return even == MedianOfEven.Lower ? lower : (lower + sorted[occurring / 2]) / 2;
    }

    // 1 - b^n = -expm1(n log b) by W. Kahan's correction: for b near 1 the plain difference loses the digits that matter.
    private static double OneMinusPower(double b, long n)
    {
        double exponent = n * Math.Log(b);
        double power = Math.Exp(exponent);
        return power == 1 ? -exponent : power < 0.5 ? 1 - power : (1 - power) * exponent / Math.Log(power);
    }

    private static void Normalize(Span<double> weight, int occurring, WeightNormalization normalization)
    {
        if (normalization == WeightNormalization.None || occurring == 0)
        {
            return;
        }

        double sum = 0;
        foreach (double w in weight)
        {
            sum += w;
        }

        double target = normalization == WeightNormalization.MeanOne ? occurring : weight.Length;
        for (int c = 0; c < weight.Length; c++)
        {
            weight[c] *= target / sum;
        }
    }

    private static void CheckPresence(ReadOnlySpan<long> counts, ReadOnlySpan<long> presentPixels)
    {
        if (presentPixels.IsEmpty)
        {
            return;
        }

        if (presentPixels.Length != counts.Length)
        {
            throw new OperandException(
                nameof(presentPixels),
                $"There are counts of {Quantity.Of(counts.Length, "class", "classes")} and the pixels of the images of {presentPixels.Length}: both must be [C].");
        }

        for (int c = 0; c < counts.Length; c++)
        {
            if (presentPixels[c] < counts[c] || (counts[c] == 0 && presentPixels[c] != 0))
            {
                throw new OperandException(
                    nameof(presentPixels),
                    string.Create(CultureInfo.InvariantCulture, $"Class {c} has {Quantity.Of(counts[c], "pixel", "pixels")} and the images in which it appears {presentPixels[c]}: these must be at least as many, and 0 where the class does not occur."),
                    c);
            }
        }
    }

    private static void CheckBeta(double beta)
    {
        if (!(beta >= 0 && beta < 1))
        {
            throw new OperandException(nameof(beta), string.Create(CultureInfo.InvariantCulture, $"beta is {beta}; it runs from 0 to below 1."));
        }
    }
}
