using CsCheck;
using GradService.Onnx.Pictures;

namespace GradService.Onnx.Tests.Pictures;

public sealed class RunLengthTests
{
    [Fact]
    public void Runs_go_down_the_columns_and_begin_outside_the_mask()
    {
        // The columns are 0 0, 1 1 and 1 2.
        int[] labels = [0, 1, 1, 0, 1, 2];
        Assert.Equal([[0, 2, 4], [2, 3, 1], [5, 1]], Runs(labels, width: 3, classes: 3));
    }

    [Fact]
    public void A_class_that_is_not_there_has_no_runs() => Assert.Equal([[], [0, 4], []], Runs([1, 1, 1, 1], width: 2, classes: 3));

    [Fact]
    public void The_runs_of_any_picture_are_those_counted_class_by_class() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[1, 4]).SelectMany((height, width, classes) =>
            Gen.Int[0, classes - 1].Array[height * width].Select(labels => (labels, width, classes))).Sample(picture =>
        {
            int[][] found = Runs(picture.labels, picture.width, picture.classes);
            for (int c = 0; c < picture.classes; c++)
            {
                Assert.Equal(picture.labels.Contains(c) ? OneByOne(picture.labels, picture.width, c) : [], found[c]);
            }
        });

    private static int[][] Runs(int[] labels, int width, int classes)
    {
        var runs = new int[classes];
        RunLength.Count(labels, width, runs);
        var lengths = new int[runs.Sum()];
        RunLength.Write(labels, width, runs, lengths);
        return [.. Enumerable.Range(0, classes).Select(c => lengths.AsSpan(runs[..c].Sum(), runs[c]).ToArray())];
    }

    // As pycocotools' rleEncode goes about it.
    private static int[] OneByOne(int[] labels, int width, int wanted)
    {
        var counts = new List<int>();
        int run = 0;
        bool inside = false;
        for (int x = 0; x < width; x++)
        {
            for (int y = 0; y < labels.Length / width; y++)
            {
                if (labels[(y * width) + x] == wanted != inside)
                {
                    counts.Add(run);
                    run = 0;
                    inside = !inside;
                }

                run++;
            }
        }

        counts.Add(run);
        return [.. counts];
    }
}
