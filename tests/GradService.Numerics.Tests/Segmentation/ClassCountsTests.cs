using CsCheck;
using GradService.Numerics.Segmentation;

namespace GradService.Numerics.Tests.Segmentation;

public sealed class ClassCountsTests
{
    private static (long[] Counts, long[] Present) FromLabels(int[] labels, int images, int classes, int ignoreIndex = -100)
    {
        (long[] counts, long[] present) = (new long[classes], new long[classes]);
        ClassCounts.FromLabels(labels, images, ignoreIndex, counts, present);
        return (counts, present);
    }

    [Fact]
    public void Ignored_pixels_count_neither_for_a_class_nor_for_its_images()
    {
        var (counts, present) = FromLabels([0, 0, 1, -100, 2, -100, 2, 0], 2, 4);
        Assert.Equal([3, 1, 2, 0], counts);
        Assert.Equal([6, 3, 3, 0], present);
    }

    [Fact]
    public void An_ignored_class_never_occurs()
    {
        var (counts, present) = FromLabels([0, 1, 1, 2], 1, 3, ignoreIndex: 1);
        Assert.Equal([1, 0, 1], counts);
        Assert.Equal([2, 0, 2], present);
    }

    [Fact]
    public void They_agree_with_a_plain_count() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 40], Gen.Int[1, 6]).SelectMany((images, pixels, classes) =>
            Gen.Int[-1, classes - 1].Array[images * pixels].Select(labels => (labels, images, pixels, classes))).Sample(drawn =>
        {
            var (labels, images, pixels, classes) = drawn;
            var (counts, present) = FromLabels(labels, images, classes, -1);
            int[][] each = [.. Enumerable.Range(0, images).Select(i => labels[(i * pixels)..((i + 1) * pixels)])];
            for (int c = 0; c < classes; c++)
            {
                Assert.Equal(labels.Count(label => label == c), counts[c]);
                Assert.Equal(each.Where(image => image.Contains(c)).Sum(image => image.Count(label => label >= 0)), present[c]);
            }
        });

    [Fact]
    public void Counts_of_each_image_add_up_to_what_its_labels_do() => Gen.Int[0, 3].Array[24].Sample(labels =>
    {
        long[] perImage = [.. Enumerable.Range(0, 3).SelectMany(i => FromLabels(labels[(i * 8)..(i * 8 + 8)], 1, 4).Counts)];
        (long[] counts, long[] present) = (new long[4], new long[4]);
        ClassCounts.FromImages(perImage, 3, counts, present);
        var whole = FromLabels(labels, 3, 4);
        Assert.Equal(whole.Counts, counts);
        Assert.Equal(whole.Present, present);
    });

    [Fact]
    public void Counting_crosses_the_looks_at_cancellation()
    {
        const int Pixels = (1 << 20) + 3;
        var labels = new int[Pixels];
        labels[^1] = 1;
        var (counts, present) = FromLabels(labels, 1, 2);
        Assert.Equal([Pixels - 1, 1], counts);
        Assert.Equal([Pixels, Pixels], present);
        labels[^1] = 2;
        Assert.Equal(Pixels - 1, Assert.Throws<OperandException>(() => FromLabels(labels, 1, 2)).Position);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void A_label_that_is_no_class_is_refused_where_it_is(int label)
    {
        var wrong = Assert.Throws<OperandException>(() => FromLabels([0, 1, 11, label], 2, 12));
        Assert.Equal(("labels", 3), (wrong.Operand, wrong.Position));
        Assert.Equal($"{label} is not a class: there are 12 classes, so labels run from 0 to 11, or ignore_index (-100).", wrong.Message);
    }

    [Fact]
    public void A_negative_count_is_refused_where_it_is()
    {
        var wrong = Assert.Throws<OperandException>(() => ClassCounts.FromImages([3, 0, 1, -2], 2, new long[2], new long[2]));
        Assert.Equal(("counts", 3), (wrong.Operand, wrong.Position));
    }

    [Fact]
    public void Counts_beyond_64_bits_are_refused() =>
        Assert.Equal(2, Assert.Throws<OperandException>(() => ClassCounts.FromImages([long.MaxValue, 0, 1, 0], 2, new long[2], new long[2])).Position);

    [Fact]
    public void No_images_have_no_classes() => Assert.Equal([0, 0], FromLabels([], 0, 2).Counts);

    [Fact]
    public void A_cancelled_count_stops() => Assert.Throws<OperationCanceledException>(() =>
        ClassCounts.FromLabels([0], 1, -100, new long[1], new long[1], new Execution(1, new CancellationToken(true))));
}
