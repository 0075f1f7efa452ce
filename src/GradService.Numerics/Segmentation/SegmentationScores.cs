namespace GradService.Numerics.Segmentation;

/// <summary>What a confusion matrix says of a segmentation, class by class and as a whole. A quotient 0/0 is NaN, and is left out of means.</summary>
public static class SegmentationScores
{
    /// <summary>Computes the scores. With t = pixels of a class found, n = its true pixels, p = its predicted pixels:</summary>
    /// <param name="confusion"><c>[C, C]</c>, rows the truth, each count at least 0.</param>
    /// <param name="iou">Receives t / (n + p - t), <c>[C]</c>; NaN for a class in neither truth nor prediction.</param>
    /// <param name="dice">Receives 2 t / (n + p), <c>[C]</c>; NaN for a class in neither.</param>
    /// <param name="precision">Receives t / p, <c>[C]</c>; NaN for a class never predicted.</param>
    /// <param name="recall">Receives t / n, <c>[C]</c>; NaN for a class not in the truth.</param>
    /// <returns>The scores of the whole.</returns>
    public static SegmentationSummary Evaluate(
        ReadOnlySpan<long> confusion, Span<double> iou, Span<double> dice, Span<double> precision, Span<double> recall)
    {
        int classes = iou.Length;
        if (confusion.Length != (long)classes * classes || dice.Length != classes || precision.Length != classes || recall.Length != classes)
        {
            throw new ArgumentException($"{confusion.Length} counts are not a matrix of {classes} classes, or the scores differ in length.", nameof(confusion));
        }

        double all = 0;
        double right = 0;
        double sumOfIou = 0;
        double weighted = 0;
        int present = 0;
        for (int c = 0; c < classes; c++)
        {
            (double found, double truth, double predicted) = (confusion[(c * classes) + c], 0, 0);
            for (int other = 0; other < classes; other++)
            {
                truth += confusion[(c * classes) + other];
                predicted += confusion[(other * classes) + c];
            }

            iou[c] = found / (truth + predicted - found);
            dice[c] = 2 * found / (truth + predicted);
            precision[c] = found / predicted;
            recall[c] = found / truth;
            all += truth;
            right += found;
            if (truth + predicted > 0)
            {
                present++;
                sumOfIou += iou[c];
                weighted += truth * iou[c];
            }
        }

        return new SegmentationSummary(sumOfIou / present, weighted / all, right / all, present);
    }
}

/// <summary>The scores of a segmentation as a whole; NaN where nothing was counted.</summary>
/// <param name="MeanIou">The mean IoU of the classes that occur in truth or prediction.</param>
/// <param name="FrequencyWeightedIou">The IoU of each class weighted by its share of the true pixels.</param>
/// <param name="PixelAccuracy">The share of pixels that are right.</param>
/// <param name="Present">How many classes occur in truth or prediction.</param>
public readonly record struct SegmentationSummary(double MeanIou, double FrequencyWeightedIou, double PixelAccuracy, int Present);
