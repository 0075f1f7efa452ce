using System.Numerics;
using System.Runtime.InteropServices;
using GradService.Numerics;
using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>
/// Reads nested arrays of numbers (or one bare number) into flat memory and the shape off their nesting. It can stop at an element
/// and go on with another element type, since only the text settles whether labels are indices or probabilities.
/// </summary>
internal ref struct ArrayReader
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly TensorScope _scope;
    private readonly WireLimits _limits;
    private readonly string _path;
    private readonly int _begin;

    private Nesting _nesting;
    private ElementMemory _elements;
    private int _at;
    private int _rowStart;
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
        _scope = scope;
        _limits = limits;
        _at = at;
        _begin = at;
        _path = path;
        _nesting = new Nesting(text, limits, path);
        _elements = new ElementMemory(scope, limits, path, expected);
    }

    /// <summary>The offset reached.</summary>
    public readonly int At => _at;

    /// <summary>How many elements were read.</summary>
    public readonly int Count => _elements.Count;

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

            BeginRow();
        }

        if (_nesting.IsOutside && !_done)
        {
            return FillScalar<T>();
        }

        while (!_done)
        {
            if (!_inRow)
            {
                BeginRow();
                continue;
            }

            RowStop stop = NumberRow.Read(_text, ref _at, _elements.Room<T>(), ref _elements.Count, out NumberOutcome outcome);
            switch (stop)
            {
                case RowStop.End:
                    EndRow();
                    break;
                case RowStop.Full:
                    _elements.Grow<T>(_at - _begin, _text.Length - _at);
                    if (IsFloating<T>() && _limits.Threads > 1 && Count >= ElementMemory.SampleRoom && _text.Length - _at >= _limits.LongText)
                    {
                        FillWithAnother<T>();
                    }

                    break;
                case RowStop.Separator:
                    throw _nesting.Unexpected(_at, Count - _rowStart - 1, "',' or ']' after an element");
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
        where TTo : unmanaged, INumberBase<TTo> => _elements.Convert<TFrom, TTo>();

    /// <summary>The tensor, once <see cref="Fill{T}"/> has read the whole value.</summary>
    /// <typeparam name="T">The type last filled.</typeparam>
    /// <param name="declared">The shape it must have, or have flattened; null for the shape read off.</param>
    /// <exception cref="BodyException">The value is of another shape than the declared one.</exception>
    public Tensor<T> Finish<T>(Shape? declared = null)
        where T : unmanaged
    {
        Shape shape = _nesting.Shape;
        if (declared is { } wanted)
        {
            Conform(shape, wanted, _path);
            shape = wanted;
        }

        return new Tensor<T>(shape, _elements.Finish<T>());
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
            throw new BodyException(path, $"The shape {declared} asks for {Quantity.Of(declared.Length, "element", "elements")}{flat}; found {found.Length} in the shape {found}.", BodyException.Senseless);
        }
    }

    /// <summary>Whether the element stopped at is <c>"NaN"</c>, <c>"Infinity"</c> or <c>"-Infinity"</c>.</summary>
    public readonly bool IsAtNamed => NamedNumber.TryRead(_text, _at, out _, out _);

    /// <summary>The error for the element at which <see cref="Fill{T}"/> stopped.</summary>
    /// <param name="outcome">What it said.</param>
    /// <param name="wanted">The element type.</param>
    public readonly BodyException ElementError(NumberOutcome outcome, ElementType wanted)
    {
        string path = _nesting.PathHere(_inRow ? Count - _rowStart : -1);
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
        _elements.MakeRoomForOne();
        Span<T> room = _elements.Room<T>();
        NumberOutcome outcome = NumberScanner.TryRead(_text, ref _at, out room[0]);
        if (outcome == NumberOutcome.Read)
        {
            _elements.Count = 1;
        }
        else if (outcome == NumberOutcome.NotANumber && NamedNumber.TryRead(_text, _at, out int length, out double named) && IsFloating<T>())
        {
            room[0] = Floating<T>(named);
            _at += length;
            _elements.Count = 1;
            outcome = NumberOutcome.Read;
        }

        _done = outcome == NumberOutcome.Read;
        return outcome;
    }

    // Reads up to the middle of what is left while another thread reads on from there. Whatever stops either is left to Fill.
    private unsafe void FillWithAnother<T>()
        where T : unmanaged
    {
        int mine = Count + ((_elements.Room<T>().Length - Count) / 2);
        Memory<byte> rest = _elements.Bytes[(mine * sizeof(T))..];
        Memory<byte> log = _scope.RentBytes(RowsAhead<T>.LogBytes(rest.Length / sizeof(T)));
        fixed (byte* text = _text)
        {
            RowsAhead<T>? ahead = RowsAhead<T>.Begin(text, _text.Length, _at + ((_text.Length - _at) / 2), rest, log);
            try
            {
                FillUpTo<T>(ahead?.Start ?? _at, mine);
                if (ahead is not null && _inRow && _at == ahead.Start && ahead.Finish())
                {
                    Take(ahead, rest);
                }
            }
            finally
            {
                ahead?.Drop();
            }
        }

        _scope.GiveBack(log);
    }

    private void FillUpTo<T>(int end, int room)
        where T : unmanaged
    {
        RowStop stop = RowStop.End;
        while (!_done && _at < end && stop == RowStop.End)
        {
            if (!_inRow)
            {
                BeginRow();
                continue;
            }

            stop = NumberRow.Read(_text[..end], ref _at, _elements.Room<T>()[..room], ref _elements.Count, out _);
            if (stop == RowStop.Separator)
            {
                throw _nesting.Unexpected(_at, Count - _rowStart - 1, "',' or ']' after an element");
            }

            if (stop == RowStop.End)
            {
                EndRow();
            }
        }
    }

    // The numbers are moved to where they belong; the brackets around them are looked at as ever.
    private void Take<T>(RowsAhead<T> ahead, Memory<byte> numbers)
        where T : unmanaged
    {
        int before = Count;
        MemoryMarshal.Cast<byte, T>(numbers.Span)[..ahead.Count].CopyTo(_elements.Room<T>()[before..]);
        for (int row = 0; row < ahead.Rows; row++)
        {
            (int end, int count) = ahead.Row(row);
            (_at, _elements.Count) = (end, before + count);
            EndRow();
            if (_done)
            {
                return;
            }

            BeginRow();
            if (!_inRow)
            {
                return;
            }
        }

        // The beginning of a row that was not read to its end.
        if (_at <= ahead.At)
        {
            (_at, _elements.Count) = (ahead.At, before + ahead.Count);
        }
    }

    private bool TryNamed<T>()
        where T : unmanaged
    {
        if (!IsFloating<T>() || !NamedNumber.TryRead(_text, _at, out int length, out double named))
        {
            return false;
        }

        _elements.Room<T>()[_elements.Count++] = Floating<T>(named);
        _at = NumberRow.SkipSpace(_text, _at + length);
        if (Next == ',')
        {
            _at++;
            _at = NumberRow.SkipSpace(_text, _at);
            return true;
        }

        if (Next != ']')
        {
            throw _nesting.Unexpected(_at, Count - _rowStart - 1, "',' or ']' after an element");
        }

        _at++;
        EndRow();
        return true;
    }

    private void BeginRow()
    {
        _inRow = _nesting.Descend(ref _at);
        _rowStart = Count;
        _done = _nesting.IsOutside;
    }

    private void EndRow()
    {
        _inRow = false;
        _nesting.EndRow(ref _at, Count - _rowStart);
        _done = _nesting.IsOutside;
    }

    private static bool IsFloating<T>() => typeof(T) == typeof(float) || typeof(T) == typeof(double);

    private static T Floating<T>(double value) => typeof(T) == typeof(float) ? (T)(object)(float)value : (T)(object)value;
}
