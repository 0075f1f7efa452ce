using System.Numerics;
using System.Runtime.InteropServices;

namespace GradService.Onnx.Pictures;

/// <summary>
/// The rows of a picture resized bilinearly, asked for from top to bottom: each source row is resized along its length once, and two such rows
/// are mixed for each row of the result. The order of the additions is torch's, and none is fused, so the bits are the same everywhere.
/// </summary>
/// <typeparam name="T">byte, Half or float.</typeparam>
internal sealed class BilinearRows<T>
    where T : unmanaged, INumberBase<T>
{
    private readonly BilinearAxis _rows;
    private readonly BilinearAxis _columns;
    private readonly int _channels;
    private readonly int _pitch;
    private readonly ReadOnlyMemory<byte> _source;
    private float[] _upper;
    private float[] _lower;
    private int _upperRow = -1;
    private int _lowerRow = -1;

    /// <summary>Prepares to resize.</summary>
    /// <param name="source">Rows of <c>[columns, channels]</c>, one every <paramref name="pitch"/> elements, as the bytes of the elements.</param>
    /// <param name="pitch">Elements from one row to the next.</param>
    /// <param name="rows">Along the height.</param>
    /// <param name="columns">Along the width.</param>
    /// <param name="channels">The values of one pixel.</param>
    public BilinearRows(ReadOnlyMemory<byte> source, int pitch, BilinearAxis rows, BilinearAxis columns, int channels)
    {
        (_source, _pitch, _rows, _columns, _channels) = (source, pitch, rows, columns, channels);
        _upper = new float[columns.To * channels];
        _lower = new float[columns.To * channels];
    }

    /// <summary>Writes one row of the result, <c>[columns, channels]</c>.</summary>
    public void Read(int row, Span<float> into)
    {
        (int first, int second, float fraction) = (_rows.First[row], _rows.Second[row], _rows.Fraction[row]);
        if (first == _lowerRow)
        {
            (_upper, _lower) = (_lower, _upper);
            (_upperRow, _lowerRow) = (_lowerRow, _upperRow);
        }

        if (first != _upperRow)
        {
            Along(first, _upper);
            _upperRow = first;
        }

        if (fraction == 0)
        {
            _upper.CopyTo(into);
            return;
        }

        if (second != _lowerRow)
        {
            Along(second, _lower);
            _lowerRow = second;
        }

        Mix(_upper, _lower, fraction, into);
    }

    private static void Mix(ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, float fraction, Span<float> into)
    {
        float rest = 1f - fraction;
        int at = 0;
        for (; at <= into.Length - Vector<float>.Count; at += Vector<float>.Count)
        {
            ((new Vector<float>(upper[at..]) * rest) + (new Vector<float>(lower[at..]) * fraction)).CopyTo(into[at..]);
        }

        for (; at < into.Length; at++)
        {
            into[at] = (rest * upper[at]) + (fraction * lower[at]);
        }
    }

    private void Along(int row, Span<float> into)
    {
        ReadOnlySpan<T> source = MemoryMarshal.Cast<byte, T>(_source.Span).Slice(row * _pitch, _columns.From * _channels);
        if (_columns.IsIdentity)
        {
            Widen(source, into);
            return;
        }

        int at = 0;
        for (int x = 0; x < _columns.To; x++)
        {
            float fraction = _columns.Fraction[x];
            float rest = 1f - fraction;
            ReadOnlySpan<T> left = source.Slice(_columns.First[x] * _channels, _channels);
            ReadOnlySpan<T> right = source.Slice(_columns.Second[x] * _channels, _channels);
            for (int channel = 0; channel < left.Length; channel++)
            {
                float value = float.CreateTruncating(left[channel]);
                into[at++] = fraction == 0 ? value : (rest * value) + (fraction * float.CreateTruncating(right[channel]));
            }
        }
    }

    private static void Widen(ReadOnlySpan<T> source, Span<float> into)
    {
        if (typeof(T) == typeof(float))
        {
            MemoryMarshal.Cast<T, float>(source).CopyTo(into);
            return;
        }

        for (int i = 0; i < source.Length; i++)
        {
            into[i] = float.CreateTruncating(source[i]);
        }
    }
}
