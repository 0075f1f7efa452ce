using System.Globalization;

namespace GradService.Numerics.Segmentation;

/// <summary>
/// Counts what class weights are made of, exactly: the pixels of each class, and the pixels of the images in which it appears.
/// Both add up over shards of a data set that do not split an image.
/// </summary>
public static class ClassCounts
{
    private const int LabelsBetweenLooks = 1 << 20;

    /// <summary>Counts labels.</summary>
    /// <param name="labels">The class of each pixel, <c>[images, pixels]</c>, from 0 to C - 1 or <paramref name="ignoreIndex"/>.</param>
    /// <param name="images">How many images the labels are of; it divides their number.</param>
    /// <param name="ignoreIndex">The label of pixels that do not count; it may be one of the classes, which then never occurs.</param>
    /// <param name="counts">Receives the pixels of each class, <c>[C]</c>.</param>
    /// <param name="presentPixels">
    /// Receives, <c>[C]</c>, the pixels of the images in which each class appears. Ignored pixels are not among them; a class that
    /// does not occur has 0.
    /// </param>
    /// <param name="execution">Until when to run.</param>
    /// <exception cref="OperandException">A label is neither a class nor <paramref name="ignoreIndex"/>; what was counted before it is of no use.</exception>
    public static void FromLabels(
        ReadOnlySpan<int> labels, int images, int ignoreIndex, Span<long> counts, Span<long> presentPixels, Execution execution = default)
    {
        int pixels = Divide(labels.Length, images, nameof(labels));
        CheckDestination(counts, presentPixels);
        counts.Clear();
        presentPixels.Clear();
        var ofImage = new long[counts.Length];
        for (int image = 0; image < images; image++)
        {
            Array.Clear(ofImage);
            long counted = CountImage(labels, image * pixels, pixels, ignoreIndex, ofImage, execution.Cancellation);
            Add(ofImage, counted, counts, presentPixels);
        }
    }

    /// <summary>Adds up the counts of each image.</summary>
    /// <param name="counts">The pixels of each class in each image, <c>[images, C]</c>, each at least 0.</param>
    /// <param name="images">How many images the counts are of.</param>
    /// <param name="totals">Receives the pixels of each class, <c>[C]</c>.</param>
    /// <param name="presentPixels">Receives, <c>[C]</c>, the pixels of the images in which each class appears.</param>
    /// <exception cref="OperandException">A count is negative, or the counts add up to more than 2^63 - 1.</exception>
    public static void FromImages(ReadOnlySpan<long> counts, int images, Span<long> totals, Span<long> presentPixels)
    {
        CheckDestination(totals, presentPixels);
        if (counts.Length != (long)images * totals.Length)
        {
            throw new ArgumentException($"{images} images of {totals.Length} classes have {(long)images * totals.Length} counts, not {counts.Length}.", nameof(counts));
        }

        Total(counts, nameof(counts));
        totals.Clear();
        presentPixels.Clear();
        for (int image = 0; image < images; image++)
        {
            ReadOnlySpan<long> ofImage = counts.Slice(image * totals.Length, totals.Length);
            Add(ofImage, Total(ofImage, nameof(counts)), totals, presentPixels);
        }
    }

    /// <summary>The sum of counts, once each is known to be one.</summary>
    /// <param name="counts">Counts.</param>
    /// <param name="operand">The operand they came in as.</param>
    /// <exception cref="OperandException">A count is negative, or the sum is more than 2^63 - 1.</exception>
    internal static long Total(ReadOnlySpan<long> counts, string operand)
    {
        long total = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] < 0)
            {
                throw new OperandException(operand, string.Create(CultureInfo.InvariantCulture, $"{counts[i]} is not a number of pixels: counts are at least 0."), i);
            }

            if (counts[i] > long.MaxValue - total)
            {
                throw new OperandException(operand, $"The counts up to here add up to more than {long.MaxValue}, the largest INT64.", i);
            }

            total += counts[i];
        }

        return total;
    }

    private static long CountImage(
        ReadOnlySpan<int> labels, int first, int pixels, int ignoreIndex, Span<long> ofImage, CancellationToken cancellation)
    {
        long counted = 0;
        for (int start = 0; start < pixels; start += LabelsBetweenLooks)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<int> chunk = labels.Slice(first + start, Math.Min(LabelsBetweenLooks, pixels - start));
            for (int i = 0; i < chunk.Length; i++)
            {
                int label = chunk[i];
                if (label == ignoreIndex)
                {
                    continue;
                }

                if ((uint)label >= (uint)ofImage.Length)
                {
                    throw NotAClass(label, ofImage.Length, ignoreIndex, first + start + i);
                }

                ofImage[label]++;
                counted++;
            }
        }

        return counted;
    }

    private static void Add(ReadOnlySpan<long> ofImage, long pixels, Span<long> counts, Span<long> presentPixels)
    {
        for (int c = 0; c < ofImage.Length; c++)
        {
            counts[c] += ofImage[c];
            presentPixels[c] += ofImage[c] > 0 ? pixels : 0;
        }
    }

    private static OperandException NotAClass(int label, int classes, int ignoreIndex, int position) =>
        new(
            "labels",
            string.Create(CultureInfo.InvariantCulture, $"{label} is not a class: there {(classes == 1 ? "is" : "are")} {Quantity.Numbered(classes, "class", "classes", "labels")}, or ignore_index ({ignoreIndex})."),
            position);

    private static int Divide(int length, int images, string operand)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(images);
        if (images == 0 ? length != 0 : length % images != 0)
        {
            throw new ArgumentException($"{length} labels are not of {images} images of one size.", operand);
        }

        return images == 0 ? 0 : length / images;
    }

    private static void CheckDestination(Span<long> counts, Span<long> presentPixels)
    {
        if (counts.Length != presentPixels.Length)
        {
            throw new ArgumentException($"There are counts of {counts.Length} classes and presence of {presentPixels.Length}.", nameof(presentPixels));
        }
    }
}
