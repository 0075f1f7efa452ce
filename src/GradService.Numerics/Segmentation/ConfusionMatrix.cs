using System.Globalization;

namespace GradService.Numerics.Segmentation;

/// <summary>
/// Counts how often each class was taken for each: rows are the truth, columns the prediction. Matrices of parts of a data set, cut in any
/// way, add up to that of the whole.
/// </summary>
public static class ConfusionMatrix
{
    private const int ChunkPixels = 1 << 18;

    /// <summary>Counts pixels.</summary>
    /// <param name="labels">The true class of each pixel, from 0 to C - 1 or <paramref name="ignoreIndex"/>.</param>
    /// <param name="predictions">The predicted class of each pixel, from 0 to C - 1. Not looked at where the label is ignored.</param>
    /// <param name="classes">C.</param>
    /// <param name="ignoreIndex">The label of pixels that do not count; it may be one of the classes.</param>
    /// <param name="confusion">Receives the counts, <c>[C, C]</c>.</param>
    /// <param name="execution">Until when to run.</param>
    /// <returns>How many pixels were counted.</returns>
    /// <exception cref="OperandException">A label or a prediction is not a class.</exception>
    public static long Count(
        ReadOnlySpan<int> labels, ReadOnlySpan<int> predictions, int classes, int ignoreIndex, Span<long> confusion, Execution execution = default)
    {
        if (labels.Length != predictions.Length)
        {
            throw new OperandException(nameof(predictions), $"{Quantity.Of(predictions.Length, "prediction was", "predictions were")} found for {Quantity.Of(labels.Length, "label", "labels")}; expected one for each.");
        }

        CheckDestination(classes, confusion.Length);
        confusion.Clear();
        long counted = 0;
        for (int start = 0; start < labels.Length; start += ChunkPixels)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            int end = Math.Min(labels.Length, start + ChunkPixels);
            for (int i = start; i < end; i++)
            {
                int label = labels[i];
                if (label == ignoreIndex)
                {
                    continue;
                }

                int prediction = predictions[i];
                if ((uint)label >= (uint)classes)
                {
                    throw NotAClass(nameof(labels), label, classes, $", or ignore_index ({ignoreIndex.ToString(CultureInfo.InvariantCulture)})", i);
                }

                if ((uint)prediction >= (uint)classes)
                {
                    throw NotAClass(nameof(predictions), prediction, classes, string.Empty, i);
                }

                confusion[(label * classes) + prediction]++;
                counted++;
            }
        }

        return counted;
    }

    /// <summary>Adds up the matrices of the parts of a data set.</summary>
    /// <param name="parts"><c>[P, C, C]</c>, each count at least 0.</param>
    /// <param name="classes">C.</param>
    /// <param name="confusion">Receives the sums, <c>[C, C]</c>.</param>
    /// <returns>How many pixels were counted.</returns>
    /// <exception cref="OperandException">A count is negative, or the counts add up to more than 2^63 - 1.</exception>
    public static long Add(ReadOnlySpan<long> parts, int classes, Span<long> confusion)
    {
        CheckDestination(classes, confusion.Length);
        if (confusion.IsEmpty ? !parts.IsEmpty : parts.Length % confusion.Length != 0)
        {
            throw new ArgumentException($"{parts.Length} counts are no whole number of matrices of {confusion.Length}.", nameof(parts));
        }

        long total = ClassCounts.Total(parts, "confusion");
        confusion.Clear();
        for (int first = 0; first < parts.Length; first += confusion.Length)
        {
            for (int i = 0; i < confusion.Length; i++)
            {
                confusion[i] += parts[first + i];
            }
        }

        return total;
    }

    private static void CheckDestination(int classes, int length)
    {
        if (length != (long)classes * classes)
        {
            throw new ArgumentException($"A confusion matrix of {classes} classes has {(long)classes * classes} elements, not {length}.", nameof(length));
        }
    }

    private static OperandException NotAClass(string operand, int found, int classes, string otherwise, int position) => new(
        operand,
        string.Create(CultureInfo.InvariantCulture, $"{found} is not a class: there {(classes == 1 ? "is" : "are")} {Quantity.Numbered(classes, "class", "classes", operand)}{otherwise}."),
        position);
}
