using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>
/// Reads nested arrays of numbers (or one bare number) into flat memory and the shape off their nesting. It can stop at an element
/// and go on with another element type, since only the text settles whether labels are indices or probabilities.
/// </summary>
internal ref struct ArrayReader
{
    private const int FirstRoom = 64;
    private const int SampleRoom = 4096;

    private readonly ReadOnlySpan<byte> _text;
    private readonly TensorScope _scope;
    private readonly WireLimits _limits;
    private readonly string _path;
    private readonly int _begin;
    private readonly int _expected;

    private AxisCounts _counts;
    private AxisCounts _lengths;
    private Memory<byte> _memory;
    private int _at;
    private int _count;
    private int _rowStart;
    private int _depth;
    private int _rank;
    private bool _inRow;
    private bool _begun;
    private bool _done;

    /// <summary>Prepares to read the value at an offset.</summary>
    /// <param name="text">The whole body.</param>
    /// <param name="at">Where the value begins.</param>
    /// <param name="scope">What the memory is rented from.</param>
    /// <param name="limits">Limits.</param>
    /// <param name="path">The value's JSON path.</param>
    /// <param name="expected">How many elements a declared shape promises, or -1.</param>
    public ArrayReader(ReadOnlySpan<byte> text, int at, TensorScope scope, WireLimits limits, string path, int expected = -1)
    {
        _text = text;
        _at = at;
        _begin = at;
        _scope = scope;
        _limits = limits;
        _path = path;
        _expected = expected;
    }

    /// <summary>The offset reached.</summary>
    public readonly int At => _at;

    /// <summary>Reads on, as elements of one type, until the value ends or an element is of another kind.</summary>
    /// <typeparam name="T">float, double, an integer type of 8 to 64 bits, or bool; that of the elements read so far.</typeparam>
    /// <returns><see cref="NumberOutcome.Read"/> when the value is whole; otherwise why the element was not read.</returns>
    /// <exception cref="BodyException">The text is no JSON, or ragged, or over a limit.</exception>
    public NumberOutcome Fill<T>()
        where T : unmanaged
    {
        if (!_begun)
        {
            _begun = true;
            _at = NumberRow.SkipSpace(_text, _at);
            if (Next != '[')
            {
                return FillScalar<T>();
            }

            Descend();
        }

        if (_depth == 0 && !_done)
        {
            return FillScalar<T>();
        }

        while (!_done)
        {
            if (!_inRow)
            {
                Descend();
                continue;
            }

            RowStop stop = NumberRow.Read(_text, ref _at, MemoryMarshal.Cast<byte, T>(_memory.Span), ref _count, out NumberOutcome outcome);
            switch (stop)
            {
                case RowStop.End:
                    _inRow = false;
                    _counts[_depth] = _count - _rowStart;
                    Ascend();
                    break;
                case RowStop.Full:
                    Grow<T>();
                    break;
                case RowStop.Separator:
                    throw Unexpected(_count - _rowStart - 1, "',' or ']' after an element");
                default:
                    if (outcome != NumberOutcome.NotANumber || !TryNamed<T>())
                    {
                        return outcome;
                    }

                    break;
            }
        }

        return NumberOutcome.Read;
    }

    /// <summary>Turns what was read so far into another element type, to go on with that.</summary>
    /// <typeparam name="TFrom">An integer type.</typeparam>
    /// <typeparam name="TTo">A type that holds its values, rounded if it is a floating one.</typeparam>
    public void Convert<TFrom, TTo>()
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        Memory<byte> from = _memory;
        int room = from.Length / Unsafe.SizeOf<TFrom>();
        _memory = _scope.RentBytes((long)room * Unsafe.SizeOf<TTo>());
        ReadOnlySpan<TFrom> source = MemoryMarshal.Cast<byte, TFrom>(from.Span)[.._count];
        Span<TTo> target = MemoryMarshal.Cast<byte, TTo>(_memory.Span);
        for (int index = 0; index < source.Length; index++)
        {
            target[index] = TTo.CreateTruncating(source[index]);
        }

        if (room > 0)
        {
            _scope.GiveBack(from);
        }
    }

    /// <summary>The tensor, once <see cref="Fill{T}"/> has read the whole value.</summary>
    /// <typeparam name="T">The type last filled.</typeparam>
    /// <param name="declared">The shape it must have, or have flattened; null for the shape read off.</param>
    /// <exception cref="BodyException">The value is of another shape than the declared one.</exception>
    public Tensor<T> Finish<T>(Shape? declared = null)
        where T : unmanaged
    {
        ReadOnlySpan<int> lengths = _lengths;
        var shape = new Shape(lengths.Slice(1, _rank));
        if (declared is { } wanted)
        {
            Conform(shape, wanted, _path);
            shape = wanted;
        }

        int bytes = _count * ElementTypes.Of<T>().Size();
        _memory = _memory.IsEmpty ? _scope.RentBytes(bytes) : _scope.Resize(_memory, bytes, bytes);
        return new Tensor<T>(shape, _memory);
    }

    /// <summary>Checks that data of one shape can stand for a declared one: the same, or flat with as many elements.</summary>
    /// <param name="found">The shape read off.</param>
    /// <param name="declared">The shape declared.</param>
    /// <param name="path">The data's JSON path.</param>
    /// <exception cref="BodyException">They cannot.</exception>
    public static void Conform(Shape found, Shape declared, string path)
    {
        if (found != declared && (found.Rank > 1 || found.Length != declared.Length))
        {
            string flat = declared.Rank < 2 ? string.Empty : $", flat or nested as {declared}";
            throw new BodyException(path, $"The shape {declared} asks for {declared.Length} elements{flat}; found {found.Length} in the shape {found}.", BodyException.Senseless);
        }
    }

    /// <summary>Whether the element stopped at is <c>"NaN"</c>, <c>"Infinity"</c> or <c>"-Infinity"</c>.</summary>
    public readonly bool IsAtNamed => NamedNumber.TryRead(_text, _at, out _, out _);

    /// <summary>The error for the element at which <see cref="Fill{T}"/> stopped.</summary>
    /// <param name="outcome">What it said.</param>
    /// <param name="wanted">The element type.</param>
    public readonly BodyException ElementError(NumberOutcome outcome, ElementType wanted)
    {
        string path = PathHere(_inRow ? _count - _rowStart : -1);
        return Next switch
        {
            '[' when _inRow => new BodyException(path, "Expected a number, as the elements before it are, found an array: all rows must be nested equally deep.", BodyException.Senseless),
            ']' when _inRow => new BodyException(path, $"Expected a number after the comma, found ']' at {JsonCursor.Place(_text, _at)}: JSON allows no trailing comma.", BodyException.Malformed),
            _ => ElementErrors.For(_text, _at, outcome, wanted, path),
        };
    }

    private readonly int Next => _at < _text.Length ? _text[_at] : -1;

    private NumberOutcome FillScalar<T>()
        where T : unmanaged
    {
        if (_memory.IsEmpty)
        {
            _memory = _scope.RentBytes(8);
        }

        Span<T> room = MemoryMarshal.Cast<byte, T>(_memory.Span);
        NumberOutcome outcome = NumberScanner.TryRead(_text, ref _at, out room[0]);
        if (outcome == NumberOutcome.Read)
        {
            _count = 1;
        }
        else if (outcome == NumberOutcome.NotANumber && NamedNumber.TryRead(_text, _at, out int length, out double named) && IsFloating<T>())
        {
            room[0] = Floating<T>(named);
            _at += length;
            _count = 1;
            outcome = NumberOutcome.Read;
        }

        _done = outcome == NumberOutcome.Read;
        return outcome;
    }

    /// <summary>Goes down through opening brackets to the first element of a row, or to an empty array.</summary>
    private void Descend()
    {
        while (true)
        {
            _at = NumberRow.SkipSpace(_text, _at);
            if (Next != '[')
            {
                throw _rank > 0 && Next is not (-1 or ']' or '}' or ',')
                    ? new BodyException(PathHere(-1), $"Expected an array, as the ones before it are, found {JsonText.Describe(_text, _at)}: all rows must be nested equally deep.", BodyException.Senseless)
                    : Unexpected(-1, "an array");
            }

            if (_rank > 0 && _depth == _rank)
            {
                throw new BodyException(PathHere(-1), "Expected a number, as the elements before it are, found an array: all rows must be nested equally deep.", BodyException.Senseless);
            }

            if (_depth == Shape.MaxRank || _depth + 1 >= _limits.MaxDepth)
            {
                throw new BodyException(PathHere(-1), $"The arrays are nested deeper than {_depth}: a tensor has at most {Shape.MaxRank} axes.", BodyException.Senseless);
            }

            _at = NumberRow.SkipSpace(_text, _at + 1);
            _depth++;
            _counts[_depth] = 0;
            if (Next == '[')
            {
                continue;
            }

            bool empty = Next == ']';
            if (_rank == 0)
            {
                _rank = _depth;
                MemoryMarshal.CreateSpan(ref _lengths[1], _rank).Fill(-1);
            }

            if (_depth < _rank && !empty)
            {
                throw Next is -1 or '}' or ',' ? Unexpected(0, "an array") : new BodyException(PathHere(0), $"Expected an array, as the ones before it hold, found {JsonText.Describe(_text, _at)}: all rows must be nested equally deep.", BodyException.Senseless);
            }

            if (empty)
            {
                _at++;
                Ascend();
            }
            else
            {
                _inRow = true;
                _rowStart = _count;
            }

            return;
        }
    }

    /// <summary>Closes the array just ended and those that end with it, checking each length against the ones before.</summary>
    private void Ascend()
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
                _done = true;
                return;
            }

            _counts[_depth]++;
            _at = NumberRow.SkipSpace(_text, _at);
            if (Next == ',')
            {
                _at++;
                return;
            }

            if (Next != ']')
            {
                _counts[_depth]--;
                throw Unexpected(-1, "',' or ']' after an array");
            }

            _at++;
        }
    }

    private void Grow<T>()
        where T : unmanaged
    {
        if (_count >= _limits.MaxElements)
        {
            throw new BodyException(_path, $"The tensor has more than {_limits.MaxElements} elements, which is the limit.", BodyException.OverLimit);
        }

        // An element takes at least two bytes of text, its comma or bracket counted.
        long left = _text.Length - _at;
        long most = _count + (left / 2) + 1;
        long room = _count == 0
            ? (_expected >= 0 ? _expected : FirstRoom)
            : Math.Max(_count + (long)(left * ((double)_count / (_at - _begin)) * 1.03) + 16, (_count * 5L / 4) + 16);
        if (_expected < 0 && _count < SampleRoom)
        {
            room = Math.Min(room, SampleRoom);
        }

        room = Math.Min(Math.Min(Math.Max(room, 1), most), _limits.MaxElements);
        int size = ElementTypes.Of<T>().Size();
        _memory = _memory.IsEmpty ? _scope.RentBytes(room * size) : _scope.Resize(_memory, room * size, _count * size);
    }

    private bool TryNamed<T>()
        where T : unmanaged
    {
        if (!IsFloating<T>() || !NamedNumber.TryRead(_text, _at, out int length, out double named))
        {
            return false;
        }

        MemoryMarshal.Cast<byte, T>(_memory.Span)[_count++] = Floating<T>(named);
        _at = NumberRow.SkipSpace(_text, _at + length);
        if (Next == ',')
        {
            _at++;
            _at = NumberRow.SkipSpace(_text, _at);
            return true;
        }

        if (Next != ']')
        {
            throw Unexpected(_count - _rowStart - 1, "',' or ']' after an element");
        }

        _at++;
        _inRow = false;
        _counts[_depth] = _count - _rowStart;
        Ascend();
        return true;
    }

    private static bool IsFloating<T>() => typeof(T) == typeof(float) || typeof(T) == typeof(double);

    private static T Floating<T>(double value) => typeof(T) == typeof(float) ? (T)(object)(float)value : (T)(object)value;

    private readonly BodyException Ragged(int length)
    {
        bool row = _depth == _rank;
        string found = string.Create(CultureInfo.InvariantCulture, $"{length} {(row ? "element" : "array")}{(length == 1 ? string.Empty : "s")}");
        return new BodyException(
            PathTo(_depth - 1, -1),
            $"This {(row ? "row" : "array")} has {found}, the {(row ? "rows" : "arrays")} before it have {_lengths[_depth]}: the lengths must agree.",
            BodyException.Senseless);
    }

    private readonly BodyException Unexpected(int index, string expected) =>
        new JsonCursor(_text, _at).Unexpected(PathHere(index), expected);

    private readonly string PathHere(int index) =>
        index < 0 ? PathTo(_depth, -1) : PathTo(_depth - 1, index);

    /// <summary>The path of the child now being read at a depth, and of an element in it.</summary>
    private readonly string PathTo(int depth, int index)
    {
        var path = new StringBuilder(_path);
        for (int level = 1; level <= depth; level++)
        {
            path.Append(CultureInfo.InvariantCulture, $"[{_counts[level]}]");
        }

        if (index >= 0)
        {
            path.Append(CultureInfo.InvariantCulture, $"[{index}]");
        }

        return path.ToString();
    }
}
