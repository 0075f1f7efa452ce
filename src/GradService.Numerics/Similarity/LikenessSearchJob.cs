using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Similarity;

/// <summary>
/// The gradient by the search images: grad[p] = sum over the positions whose patch holds p of <c>g / (a b) z - g r / a² (x[p] - mean)</c>, z the
/// template's element over p. Read off the maps in windows, once for all channels.
/// </summary>
internal readonly unsafe struct LikenessSearchJob<T> : IChunkJob
    where T : unmanaged
{
    private readonly SiameseGeometry _geometry;
    private readonly SimilarityNormalization _normalization;
    private readonly double* _scales;
    private readonly TapWindow _window;
    private readonly T* _template;
    private readonly T* _search;
    private readonly double* _maps;
    private readonly T* _gradient;

    public LikenessSearchJob(SiameseGeometry geometry, SimilarityNormalization normalization, double* scales, T* template, T* search, double* maps, T* gradient)
    {
        _geometry = geometry;
        _normalization = normalization;
        _scales = scales;
        _template = template;
        _search = search;
        _maps = maps;
        _gradient = gradient;
        _window = new TapWindow(
            LikenessMaps.SearchPlanes, Backwards(geometry.Rows), 1, Backwards(geometry.Columns), 1, geometry.Rows.Input, geometry.Columns.Input, spread: 1);
    }

    /// <summary>The chunks.</summary>
    public int Count => _geometry.Units * _window.RowWindows * _window.ColumnWindows;

    /// <inheritdoc/>
    public void Run(int chunk)
    {
        (int rest, int across) = Math.DivRem(chunk, _window.ColumnWindows);
        (int unit, int down) = Math.DivRem(rest, _window.RowWindows);
        int firstRow = down * _window.Rows;
        int firstColumn = across * _window.Columns;
        int rows = Math.Min(_window.Rows, _geometry.Rows.Input - firstRow);
        int columns = Math.Min(_window.Columns, _geometry.Columns.Input - firstColumn);
        int channels = _geometry.UnitChannels;
        int area = _geometry.TemplateArea;
        using var scratch = new Scratch(_window.Size + ((long)channels * area) + _window.Columns, 3);
        double* window = scratch.Take(_window.Size);
        double* weights = scratch.Take((long)channels * area);
        double* line = scratch.Take(_window.Columns);
        T* template = _template + ((long)unit * channels * area);
        long first = (long)unit * channels * _geometry.SearchArea;
        LikenessMaps.Widen(template, channels * area, _normalization, _scales[(2 * unit) + 1], weights);
        double scale = _scales[2 * unit];
        var strides = PlaneStrides.Of(ChannelLayout.ChannelsFirst, LikenessMaps.Planes, _geometry.ResponseRows, _geometry.ResponseColumns);
        _window.Fill(
            _maps + (unit * strides.Picture), LikenessMaps.SearchPlanes, strides, _geometry.ResponseRows, _geometry.ResponseColumns, firstRow, rows, firstColumn, window);
        for (int c = 0; c < channels; c++)
        {
            for (int y = 0; y < rows; y++)
            {
                long at = first + ((long)c * _geometry.SearchArea) + ((long)(firstRow + y) * _geometry.Columns.Input) + firstColumn;
                Tile.Widen(_search + at, line, columns);
                LikenessMaps.Scale(line, columns, scale);
                for (int x = 0; x < columns; x += Tile.Lanes)
                {
                    Eight(window + ((long)y * _window.Pitch) + x, weights + ((long)c * area), area, line + x);
                }

                LikenessMaps.Scale(line, columns, scale);
                Tile.Narrow(line, _gradient + at, columns);
            }
        }
    }

    // Eight neighbouring elements of the search image, replaced by their gradients.
    private void Eight(double* maps, double* weights, int area, double* line)
    {
        ReadOnlySpan<int> taps = _window.Taps;
        ReadOnlySpan<int> factors = taps[..area];
        ReadOnlySpan<int> shares = taps.Slice(area, area);
        ReadOnlySpan<int> means = taps.Slice(2 * area, area);
        var value = Vector512.Load(line);
        Vector512<double> gradient = default;
        for (int t = 0; t < area; t++)
        {
            gradient = Vector512.FusedMultiplyAdd(Vector512.Load(maps + factors[t]), Vector512.Create(weights[t]), gradient);
            gradient = Vector512.FusedMultiplyAdd(Vector512.Load(maps + shares[t]), Vector512.Load(maps + means[t]) - value, gradient);
        }

        gradient.Store(line);
    }

    // Element p lies under tap u of the patch at position p + before - u.
    private static long[] Backwards(SlidingAxis axis) => [.. Enumerable.Range(0, axis.Kernel).Select(tap => (long)axis.Before - tap)];
}
