using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>Reads the <c>shape</c> of an input.</summary>
internal static class ShapeReader
{
    /// <summary>Reads the array at the cursor.</summary>
    /// <exception cref="BodyException">400: not a list of lengths; 413: more elements than the limit.</exception>
    public static Shape Read(ref JsonCursor cursor, WireLimits limits, string path)
    {
        Span<int> lengths = stackalloc int[Shape.MaxRank];
        int rank = 0;
        long elements = 1;
        bool begun = false;
        while (JsonMembers.NextElement(ref cursor, ref begun, path))
        {
            if (rank == Shape.MaxRank)
            {
                throw new BodyException(path, $"The shape has more than {Shape.MaxRank} axes.", BodyException.Malformed);
            }

            long length = JsonMembers.Count(ref cursor, path, rank);
            elements = length > limits.MaxElements ? long.MaxValue : Math.Min(elements * length, int.MaxValue + 1L);
            if (elements == long.MaxValue)
            {
                break;
            }

            lengths[rank++] = (int)length;
        }

        return elements <= limits.MaxElements
            ? new Shape(lengths[..rank])
            : throw new BodyException(path, $"The shape has more elements than the limit of {limits.MaxElements}. Send less at once.", BodyException.OverLimit);
    }
}
