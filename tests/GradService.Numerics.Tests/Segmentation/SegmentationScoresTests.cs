using CsCheck;
using GradService.Numerics.Segmentation;

namespace GradService.Numerics.Tests.Segmentation;

public sealed class SegmentationScoresTests
{
    private static readonly Gen<(int[] Labels, int[] Predictions, int Classes)> Pixels =
        from classes in Gen.Int[1, 6]
        from count in Gen.Int[0, 60]
        from labels in Gen.Int[0, classes - 1].Array[count]
        from predictions in Gen.Int[0, classes - 1].Array[count]
        select (labels, predictions, classes);

    [Fact]
    public void Rows_are_the_truth_and_columns_the_prediction()
    {
        Assert.Equal([1, 2, 0, 1], Count([0, 0, 0, 1], [0, 1, 1, 1], 2).Confusion);
        (double[] iou, double[] dice, double[] precision, double[] recall, SegmentationSummary summary) = Scores([1, 2, 0, 1], 2);
        Assert.Equal([1.0 / 3, 1.0 / 3], iou);
        Assert.Equal([0.5, 0.5], dice);
        Assert.Equal([1, 1.0 / 3], precision);
        Assert.Equal([1.0 / 3, 1], recall);
        Assert.Equal(1.0 / 3, summary.MeanIou, 1e-15);
        Assert.Equal(1.0 / 3, summary.FrequencyWeightedIou, 1e-15);
        Assert.Equal(0.5, summary.PixelAccuracy);
    }

    [Fact]
    public void Shards_of_any_cut_add_up_to_the_whole() => (from p in Pixels from cut in Gen.Int[0, 60] select (p, cut)).Sample(drawn =>
    {
        ((int[] labels, int[] predictions, int classes), int cut) = drawn;
        int at = Math.Min(cut, labels.Length);
        long[] parts = [.. Count(labels[..at], predictions[..at], classes).Confusion, .. Count(labels[at..], predictions[at..], classes).Confusion];
        var sum = new long[classes * classes];
        Assert.Equal(labels.Length, ConfusionMatrix.Add(parts, classes, sum));
        Assert.Equal(Count(labels, predictions, classes).Confusion, sum);
    });

    [Fact]
    public void Dice_follows_from_IoU_and_both_lie_between_0_and_precision_or_recall() => Pixels.Sample(p =>
    {
        (double[] iou, double[] dice, double[] precision, double[] recall, SegmentationSummary summary) = Scores(Count(p.Labels, p.Predictions, p.Classes).Confusion, p.Classes);
        Close.All([.. iou.Select(value => 2 * value / (1 + value))], dice, 1e-14);
        for (int c = 0; c < p.Classes; c++)
        {
            Assert.Equal(p.Labels.Contains(c) || p.Predictions.Contains(c), !double.IsNaN(iou[c]));
            Assert.Equal(p.Predictions.Contains(c), !double.IsNaN(precision[c]));
            Assert.Equal(p.Labels.Contains(c), !double.IsNaN(recall[c]));
            Assert.False(iou[c] > precision[c] || iou[c] > recall[c] || iou[c] < 0);
        }

        double[] present = [.. iou.Where(value => !double.IsNaN(value))];
        Assert.Equal(present.Length, summary.Present);
        Assert.Equal(present.Length == 0 ? double.NaN : present.Average(), summary.MeanIou, 1e-14);
    });

    [Fact]
    public void Ignored_pixels_do_not_count_whatever_was_predicted_there()
    {
        (long[] confusion, long counted) = Count([0, 255, 1, 255], [0, 77, 1, -3], 2, ignoreIndex: 255);
        Assert.Equal([1, 0, 0, 1], confusion);
        Assert.Equal(2, counted);
    }

    [Fact]
    public void Nothing_counted_is_not_a_number()
    {
        (double[] iou, _, _, _, SegmentationSummary summary) = Scores(new long[4], 2);
        Assert.Equal([double.NaN, double.NaN], iou);
        Assert.True(double.IsNaN(summary.MeanIou) && double.IsNaN(summary.FrequencyWeightedIou) && double.IsNaN(summary.PixelAccuracy));
        Assert.Equal(0, summary.Present);
    }

    [Fact]
    public void Counts_beyond_32_bits_keep_their_quotients()
    {
        (double[] iou, _, _, _, SegmentationSummary summary) = Scores([3L << 60, 1L << 60, 0, 2L << 60], 2);
        Assert.Equal([0.75, 2.0 / 3], iou);
        Assert.Equal(5.0 / 6, summary.PixelAccuracy, 1e-15);
    }

    [Fact]
    public void What_is_no_class_is_refused_where_it_is()
    {
        var label = Assert.Throws<OperandException>(() => Count([0, 2], [0, 0], 2));
        Assert.Equal(("labels", 1), (label.Operand, label.Position));
        var prediction = Assert.Throws<OperandException>(() => Count([0, 1], [-1, 0], 2));
        Assert.Equal(("predictions", 0), (prediction.Operand, prediction.Position));
        Assert.Equal("predictions", Assert.Throws<OperandException>(() => Count([0, 1], [0], 2)).Operand);
        var count = Assert.Throws<OperandException>(() => ConfusionMatrix.Add([1, 2, -3, 4], 2, new long[4]));
        Assert.Equal(("confusion", 2), (count.Operand, count.Position));
        Assert.Equal("confusion", Assert.Throws<OperandException>(() => ConfusionMatrix.Add([long.MaxValue, 1, 0, 0], 2, new long[4])).Operand);
    }

    [Fact]
    public void A_cancelled_count_stops() => Assert.Throws<OperationCanceledException>(() =>
        ConfusionMatrix.Count([0], [0], 1, -100, new long[1], new Execution(1, new CancellationToken(true))));

    private static (long[] Confusion, long Counted) Count(int[] labels, int[] predictions, int classes, int ignoreIndex = -100)
    {
        var confusion = new long[classes * classes];
        long counted = ConfusionMatrix.Count(labels, predictions, classes, ignoreIndex, confusion);
        return (confusion, counted);
    }

    private static (double[] Iou, double[] Dice, double[] Precision, double[] Recall, SegmentationSummary Summary) Scores(long[] confusion, int classes)
    {
        double[][] scores = [.. Enumerable.Range(0, 4).Select(_ => new double[classes])];
        SegmentationSummary summary = SegmentationScores.Evaluate(confusion, scores[0], scores[1], scores[2], scores[3]);
        return (scores[0], scores[1], scores[2], scores[3], summary);
    }
}
