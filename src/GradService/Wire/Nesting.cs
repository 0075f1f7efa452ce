using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using GradService.Numerics;
using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>The brackets around the rows of a nested array: how deep they go, how long each array is, and whether all agree.</summary>
/// <param name="text">The whole body.</param>
/// <param name="limits">Limits.</param>
/// <param name="path">The JSON path of the outermost array.</param>
internal ref struct Nesting(ReadOnlySpan<byte> text, WireLimits limits, string path)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private AxisCounts _counts;
    private AxisCounts _lengths;
    private int _depth;
    private int _rank;

    /// <summary>Whether no array is open: none was begun, or all are closed.</summary>
    public readonly bool IsOutside => _depth == 0;

    /// <summary>The lengths found, once all arrays are closed; <c>[]</c> where there were none.</summary>
    public readonly Shape Shape
    {
        get
        {
            ReadOnlySpan<int> lengths = _lengths;
            return new Shape(lengths.Slice(1, _rank));
        }
    }

    /// <summary>Goes down through opening brackets to the first element of a row, or to an empty array.</summary>
    /// <param name="at">The offset; moved to the first element, or behind the empty array and those that end with it.</param>
    /// <returns>Whether there is an element to read.</returns>
    public bool Descend(ref int at)
    {
        while (true)
        {
            at = NumberRow.SkipSpace(_text, at);
            if (Next(at) != '[')
            {
                throw _rank > 0 && Next(at) is not (-1 or ']' or '}' or ',')
                    ? new BodyException(PathHere(-1), $"Expected an array, as the ones before it are, found {JsonText.Describe(_text, at)}: all rows must be nested equally deep.", BodyException.Senseless)
                    : Unexpected(at, -1, "an array");
            }

            if (_rank > 0 && _depth == _rank)
            {
                throw new BodyException(PathHere(-1), "Expected a number, as the elements before it are, found an array: all rows must be nested equally deep.", BodyException.Senseless);
            }

            if (_depth == Shape.MaxRank || _depth + 1 >= limits.MaxDepth)
            {
                throw new BodyException(PathHere(-1), $"The arrays are nested deeper than {_depth}: a tensor has at most {Shape.MaxRank} axes.", BodyException.Senseless);
            }

            at = NumberRow.SkipSpace(_text, at + 1);
            _depth++;
            _counts[_depth] = 0;
            if (Next(at) == '[')
            {
                continue;
            }

            bool empty = Next(at) == ']';
            if (_rank == 0)
            {
                _rank = _depth;
                MemoryMarshal.CreateSpan(ref _lengths[1], _rank).Fill(-1);
            }

            if (_depth < _rank && !empty)
            {
                throw Next(at) is -1 or '}' or ',' ? Unexpected(at, 0, "an array") : new BodyException(PathHere(0), $"Expected an array, as the ones before it hold, found {JsonText.Describe(_text, at)}: all rows must be nested equally deep.", BodyException.Senseless);
            }

            if (empty)
            {
                at++;
                Ascend(ref at);
            }

            return !empty;
        }
    }

    /// <summary>Closes a row behind whose bracket the offset stands, and the arrays that end with it.</summary>
    /// <param name="at">The offset; moved to the next array, or behind the last.</param>
    /// <param name="length">How many elements the row has.</param>
    public void EndRow(ref int at, int length)
    {
        _counts[_depth] = length;
        Ascend(ref at);
    }

    /// <summary>The error for what stands at an offset inside the arrays.</summary>
    /// <param name="at">The offset.</param>
    /// <param name="index">The index of the element in the row being read; -1 for the array itself.</param>
    /// <param name="expected">What was expected.</param>
    public readonly BodyException Unexpected(int at, int index, string expected) =>
        new JsonCursor(_text, at).Unexpected(PathHere(index), expected);

    /// <summary>The path of an element of the row being read, or with -1 of the array being read.</summary>
    /// <param name="index">The element's index in its row, or -1.</param>
    public readonly string PathHere(int index) =>
        index < 0 ? PathTo(_depth, -1) : PathTo(_depth - 1, index);

    private readonly int Next(int at) => at < _text.Length ? _text[at] : -1;

    /// <summary>Closes the array just ended and those that end with it, checking each length against the ones before.</summary>
    private void Ascend(ref int at)
    {
        while (true)
        {
            int length = _counts[_depth];
            if (_lengths[_depth] < 0)
            {
                _lengths[_depth] = length;
            }
            else if (_lengths[_depth] != length)
            {
                throw Ragged(length);
            }

            if (--_depth == 0)
            {
                return;
            }

            _counts[_depth]++;
            at = NumberRow.SkipSpace(_text, at);
            if (Next(at) == ',')
            {
                at++;
                return;
            }

            if (Next(at) != ']')
            {
                _counts[_depth]--;
                throw Unexpected(at, -1, "',' or ']' after an array");
            }

            at++;
        }
    }

    private readonly BodyException Ragged(int length)
    {
        bool row = _depth == _rank;
        string found = Quantity.Of(length, row ? "element" : "array", row ? "elements" : "arrays");
        return new BodyException(
            PathTo(_depth - 1, -1),
            $"This {(row ? "row" : "array")} has {found}, the {(row ? "rows" : "arrays")} before it have {_lengths[_depth]}: the lengths must agree.",
            BodyException.Senseless);
    }

    /// <summary>The path of the child now being read at a depth, and of an element in it.</summary>
    private readonly string PathTo(int depth, int index)
    {
        var whole = new StringBuilder(path);
        for (int level = 1; level <= depth; level++)
        {
            whole.Append(CultureInfo.InvariantCulture, $"[{_counts[level]}]");
        }

        if (index >= 0)
        {
            whole.Append(CultureInfo.InvariantCulture, $"[{index}]");
        }

        return whole.ToString();
    }
}
