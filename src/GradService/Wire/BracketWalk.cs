using System.Buffers;
using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>Writes the brackets and commas between the innermost rows of a nested array, whose elements the caller writes.</summary>
internal ref struct BracketWalk
{
    private readonly Shape _shape;
    private readonly bool _bare;
    private AxisCounts _indices;
    private int _depth;

    /// <summary>Begins before the first bracket.</summary>
    /// <param name="shape">At least one axis.</param>
    /// <param name="bare">Whether to leave the outermost brackets out.</param>
    public BracketWalk(Shape shape, bool bare)
    {
        _shape = shape;
        _bare = bare;
    }

    /// <summary>Writes what stands between the last row and the next, or what closes the whole.</summary>
    /// <param name="output">Where to.</param>
    /// <returns>Whether a row is to be written now.</returns>
    public bool Next(IBufferWriter<byte> output)
    {
        // At most one bracket and a comma for each axis on the way up and one on the way down.
        Span<byte> text = output.GetSpan((3 * Shape.MaxRank) + 2);
        int length = 0;
        int rank = _shape.Rank;
        bool opens = _depth == 0;
        if (!opens)
        {
            Close(text, ref length);
        }

        while (true)
        {
            if (!opens && _depth == 0)
            {
                output.Advance(length);
                return false;
            }

            if (!opens && ++_indices[_depth] == _shape[_depth - 1])
            {
                Close(text, ref length);
                continue;
            }

            if (!opens)
            {
                text[length++] = (byte)',';
            }

            // Down to the next row, or to an array that holds nothing.
            do
            {
                Open(text, ref length);
                _indices[_depth] = 0;
            }
            while (_depth < rank && _shape[_depth - 1] > 0);

            if (_depth == rank)
            {
                output.Advance(length);
                return true;
            }

            Close(text, ref length);
            opens = false;
            if (length > 2 * Shape.MaxRank)
            {
                output.Advance(length);
                text = output.GetSpan((3 * Shape.MaxRank) + 2);
                length = 0;
            }
        }
    }

    private void Open(Span<byte> text, ref int length)
    {
        if (_depth++ > 0 || !_bare)
        {
            text[length++] = (byte)'[';
        }
    }

    private void Close(Span<byte> text, ref int length)
    {
        if (--_depth > 0 || !_bare)
        {
            text[length++] = (byte)']';
        }
    }
}
