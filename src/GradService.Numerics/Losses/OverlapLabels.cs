using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>The labels of a tile of an overlap loss.</summary>
internal static unsafe class OverlapLabels
{
    /// <summary>Copies labels, -1 for those that are ignored; and -1 after the last, as far as a step of any width reads.</summary>
    public static void Load(int* labels, int count, int width, int classes, int ignore, int* to)
    {
        int at = 0;
        for (; at <= count - LabelBlock.Count && LabelBlock.AllCount(labels + at, classes, ignore); at += LabelBlock.Count)
        {
            Vector256.Load(labels + at).Store(to + at);
        }

        for (; at < count; at++)
        {
            to[at] = labels[at] == ignore ? -1 : labels[at];
        }

        new Span<int>(to + count, Math.Min(width, FloatTile.WholeLanes(count)) - count).Fill(-1);
    }

    /// <summary>Makes the scores of ignored positions 0, whatever they were.</summary>
    public static void ClearIgnored<T>(int* labels, int count, T* tile, int classes, int stride)
        where T : unmanaged
    {
        for (int at = new ReadOnlySpan<int>(labels, count).IndexOf(-1); at >= 0 && at < count; at++)
        {
            for (int c = 0; labels[at] < 0 && c < classes; c++)
            {
                tile[((long)c * stride) + at] = default;
            }
        }
    }
}
