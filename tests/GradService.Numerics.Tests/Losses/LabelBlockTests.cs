using GradService.Numerics.Losses;

namespace GradService.Numerics.Tests.Losses;

public sealed class LabelBlockTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(40)]
    public unsafe void A_table_says_of_each_label_what_stands_at_its_class(int classes)
    {
        double[] table = [.. Enumerable.Range(0, LabelBlock.TableLength(classes)).Select(c => c < classes ? 1.5 + (c * c) : double.NaN)];
        for (int first = 0; first < classes; first++)
        {
            int[] labels = [.. Enumerable.Range(0, LabelBlock.Count).Select(at => (first + (3 * at)) % classes)];
            fixed (double* tableAt = table)
            fixed (int* labelsAt = labels)
            {
                var found = LabelBlock.LookUp(labelsAt, tableAt, classes);
                Assert.Equal(labels.Select(label => table[label]), Enumerable.Range(0, LabelBlock.Count).Select(at => found[at]));
            }
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    [InlineData(-1, false)]
    [InlineData(3, false)]
    [InlineData(int.MinValue, false)]
    public unsafe void A_block_counts_where_all_labels_are_classes_and_none_is_ignored(int label, bool expected)
    {
        for (int at = 0; at < LabelBlock.Count; at++)
        {
            int[] labels = [0, 1, 2, 4, 4, 2, 1, 0];
            labels[at] = label;
            fixed (int* labelsAt = labels)
            {
                Assert.Equal(expected, LabelBlock.AllCount(labelsAt, classes: 5, ignore: 3));
            }
        }
    }
}
