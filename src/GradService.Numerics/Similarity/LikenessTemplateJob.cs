using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Similarity;

/// <summary>
/// The gradient by the templates, a channel of a pair each chunk: grad[u] = sum over positions of <c>g / (a b) (x[position + u] - mean)</c>, less
/// <c>z[u] / b²</c> times the sum of <c>g r</c>.
/// </summary>
internal readonly unsafe struct LikenessTemplateJob<T> : IChunkJob
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

    public LikenessTemplateJob(SiameseGeometry geometry, SimilarityNormalization normalization, double* scales, T* template, T* search, double* maps, T* gradient)
    {
        _geometry = geometry;
        _normalization = normalization;
        _scales = scales;
        _template = template;
        _search = search;
        _maps = maps;
        _gradient = gradient;
        _window = new TapWindow(
            1,
            geometry.Rows.TapOffsets(CorrelationMode.CrossCorrelation),
            1,
            geometry.Columns.TapOffsets(CorrelationMode.CrossCorrelation),
            1,
            geometry.ResponseRows,
            geometry.ResponseColumns,
            spread: 1,
            beside: 2);
    }

    /// <inheritdoc/>
    public void Run(int chunk)
    {
        (int unit, int channel) = Math.DivRem(chunk, _geometry.UnitChannels);
        int channels = _geometry.UnitChannels;
        int area = _geometry.TemplateArea;
        long tile = (long)_window.Rows * _window.Columns;
        using var scratch = new Scratch(_window.Size + (2 * tile) + area + ((long)channels * area), 5);
        double* window = scratch.Take(_window.Size);
        double* factors = scratch.Take(tile);
        double* means = scratch.Take(tile);
        double* sums = scratch.Take(area);
        double* weights = scratch.Take((long)channels * area);
        new Span<double>(sums, area).Clear();
        T* template = _template + ((long)unit * channels * area);
        double templateScale = _scales[(2 * unit) + 1];
        double square = LikenessMaps.Widen(template, channels * area, _normalization, templateScale, weights);
        T* search = _search + ((long)chunk * _geometry.SearchArea);
        double scale = _scales[2 * unit];
        double* map = _maps + ((long)unit * LikenessMaps.Planes * _geometry.Positions);
        var strides = PlaneStrides.Of(ChannelLayout.ChannelsFirst, 1, _geometry.Rows.Input, _geometry.Columns.Input);
        for (int firstRow = 0; firstRow < _geometry.ResponseRows; firstRow += _window.Rows)
        {
            int rows = Math.Min(_window.Rows, _geometry.ResponseRows - firstRow);
            for (int firstColumn = 0; firstColumn < _geometry.ResponseColumns; firstColumn += _window.Columns)
            {
                int columns = Math.Min(_window.Columns, _geometry.ResponseColumns - firstColumn);
                _window.Fill(search, 1, strides, _geometry.Rows.Input, _geometry.Columns.Input, firstRow, rows, firstColumn, window);
                LikenessMaps.Scale(window, _window.Size, scale);
                long at = ((long)firstRow * _geometry.ResponseColumns) + firstColumn;
                Copy(map + at, rows, columns, factors);
                Copy(map + (2L * _geometry.Positions) + at, rows, columns, means);
                Add(window, factors, means, rows, columns, sums);
            }
        }

        double along = 0;
        for (int i = 0; i < _geometry.Positions; i++)
        {
            along += map[(3L * _geometry.Positions) + i];
        }

        double share = square == 0 ? 0 : along / square;
        for (int t = 0; t < area; t++)
        {
            sums[t] = templateScale * (sums[t] - (share * weights[((long)channel * area) + t]));
        }

        Tile.Narrow(sums, _gradient + ((long)chunk * area), area);
    }

    private void Add(double* window, double* factors, double* means, int rows, int columns, double* sums)
    {
        int line = Tile.WholeLanes(columns);
        int whole = columns & -Tile.Lanes;
        Vector512<double> tail = LikenessMaps.Mask(columns - whole);
        for (int t = 0; t < _window.Taps.Length; t++)
        {
            double* values = window + _window.Taps[t];
            Vector512<double> sum = default;
            for (int y = 0; y < rows; y++)
            {
                for (int x = 0; x < line; x += Tile.Lanes)
                {
                    Vector512<double> value = Vector512.Load(values + ((long)y * _window.Pitch) + x) - Vector512.Load(means + (y * line) + x);
                    sum = Vector512.FusedMultiplyAdd(x == whole ? value & tail : value, Vector512.Load(factors + (y * line) + x), sum);
                }
            }

            sums[t] += Lanes.Sum(sum);
        }
    }

    private void Copy(double* map, int rows, int columns, double* target)
    {
        int line = Tile.WholeLanes(columns);
        for (int y = 0; y < rows; y++, target += line, map += _geometry.ResponseColumns)
        {
            new Span<double>(map, columns).CopyTo(new Span<double>(target, columns));
            new Span<double>(target + columns, line - columns).Clear();
        }
    }
}
