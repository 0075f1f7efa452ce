using System.Globalization;
using GradService.Numerics;
using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>Reads JSON strings into a tensor of BYTES, flat or nested like the declared shape.</summary>
internal static class BytesReader
{
    /// <summary>Reads the value at the cursor.</summary>
    /// <param name="cursor">Moved behind the value.</param>
    /// <param name="shape">The declared shape.</param>
    /// <param name="scope">What the memory is rented from.</param>
    /// <param name="path">The value's JSON path.</param>
    public static BytesTensor Read(ref JsonCursor cursor, Shape shape, TensorScope scope, string path)
    {
        var values = new StringMemory(scope);
        Span<int> found = stackalloc int[Shape.MaxRank];
        found.Fill(-1);
        int rank = -1;
        Read(ref cursor, ref values, found, ref rank, 0, path);
        ArrayReader.Conform(new Shape(found[..rank]), shape, path);
        return new BytesTensor(shape, values.Finish());
    }

    private static void Read(ref JsonCursor cursor, ref StringMemory values, scoped Span<int> found, ref int rank, int depth, string path)
    {
        if (cursor.NextToken() != '[')
        {
            if (rank >= 0 && rank != depth)
            {
                throw cursor.Unexpected(path, "an array, as the ones before it are", BodyException.Senseless);
            }

            rank = depth;
            values.Add(cursor.String(path));
            return;
        }

        if (depth == rank || depth == Shape.MaxRank)
        {
            throw cursor.Unexpected(path, depth == rank ? "a string, as the elements before it are" : $"no more than {Shape.MaxRank} axes", BodyException.Senseless);
        }

        cursor.Take('[', path, "an array");
        int count = 0;
        bool more = !cursor.TryTake(']');
        if (!more && rank < 0)
        {
            rank = depth + 1;
        }

        while (more)
        {
            Read(ref cursor, ref values, found, ref rank, depth + 1, string.Create(CultureInfo.InvariantCulture, $"{path}[{count}]"));
            count++;
            more = cursor.TryTake(',');
            if (!more)
            {
                cursor.Take(']', path, "',' or ']' after an element");
            }
        }

        if (found[depth] >= 0 && found[depth] != count)
        {
            throw new BodyException(path, $"This array has {Quantity.Of(count, "element", "elements")}, the arrays before it have {found[depth]}: the lengths must agree.", BodyException.Senseless);
        }

        found[depth] = count;
    }
}
