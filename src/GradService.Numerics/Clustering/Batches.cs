using System.Numerics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Clustering;

/// <summary>Deals points out in batches: each pass shuffles them anew and deals every point once.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class Batches<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int[] _order;
    private readonly T[] _points;
    private readonly T[] _weights;
    private readonly int[] _assignments;
    private readonly int _batch;
    private readonly int _dimensions;
    private SeededRandom _random;
    private int _dealt;
    private int _size;
    private bool _weighted;

    public Batches(int count, int batch, int dimensions, SeededRandom random)
    {
        _order = [.. Enumerable.Range(0, count)];
        _batch = batch;
        _dimensions = dimensions;
        _points = new T[(long)batch * dimensions];
        _weights = new T[batch];
        _assignments = new int[batch];
        _random = random;
    }

    /// <summary>The points dealt last.</summary>
    public ReadOnlySpan<T> Points => _points.AsSpan(0, _size * _dimensions);

    /// <summary>Their weights; empty for ones.</summary>
    public ReadOnlySpan<T> Weights => _weighted ? _weights.AsSpan(0, _size) : default;

    /// <summary>Room for their assignments.</summary>
    public Span<int> Assignments => _assignments.AsSpan(0, _size);

    /// <summary>Begins a pass.</summary>
    public void Shuffle()
    {
        _dealt = 0;
        for (int i = _order.Length - 1; i > 0; i--)
        {
            int j = _random.NextBelow(i + 1);
            (_order[i], _order[j]) = (_order[j], _order[i]);
        }
    }

    /// <summary>Deals the next batch, the last of a pass being what is left.</summary>
    /// <returns>False where the pass is over.</returns>
    public bool Next(ReadOnlySpan<T> points, ReadOnlySpan<T> sampleWeight)
    {
        _weighted = !sampleWeight.IsEmpty;
        _size = Math.Min(_batch, _order.Length - _dealt);
        for (int i = 0; i < _size; i++)
        {
            int from = _order[_dealt + i];
            points.Slice(from * _dimensions, _dimensions).CopyTo(_points.AsSpan(i * _dimensions));
            _weights[i] = _weighted ? sampleWeight[from] : T.One;
        }

        _dealt += _size;
        return _size > 0;
    }
}
