using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Similarity;

/// <summary>Normalised responses, or the maps that their gradients need, window by window: product, sum and sum of squares of each patch in one pass over the taps.</summary>
internal readonly unsafe struct LikenessJob<T> : IChunkJob
    where T : unmanaged
{
    private readonly SiameseGeometry _geometry;
    private readonly SimilarityNormalization _normalization;
    private readonly double* _scales;
    private readonly TapWindow _window;
    private readonly T* _template;
    private readonly T* _search;
    private readonly T* _response;
    private readonly T* _upstream;
    private readonly double* _maps;

    public LikenessJob(SiameseGeometry geometry, SimilarityNormalization normalization, double* scales, T* template, T* search, T* response, T* upstream, double* maps)
    {
        _geometry = geometry;
        _normalization = normalization;
        _scales = scales;
        _template = template;
        _search = search;
        _response = response;
        _upstream = upstream;
        _maps = maps;
        _window = new TapWindow(
            geometry.UnitChannels,
            geometry.Rows.TapOffsets(CorrelationMode.CrossCorrelation),
            1,
            geometry.Columns.TapOffsets(CorrelationMode.CrossCorrelation),
            1,
            geometry.ResponseRows,
            geometry.ResponseColumns,
            spread: 1);
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
        int rows = Math.Min(_window.Rows, _geometry.ResponseRows - firstRow);
        int columns = Math.Min(_window.Columns, _geometry.ResponseColumns - firstColumn);
        int channels = _geometry.UnitChannels;
        int taps = _window.Taps.Length;
        using var scratch = new Scratch(_window.Size + taps, 2);
        double* window = scratch.Take(_window.Size);
        double* weights = scratch.Take(taps);
        T* template = _template + ((long)unit * taps);
        T* search = _search + ((long)unit * channels * _geometry.SearchArea);
        double square = LikenessMaps.Widen(template, taps, _normalization, _scales[(2 * unit) + 1], weights);
        var strides = PlaneStrides.Of(ChannelLayout.ChannelsFirst, channels, _geometry.Rows.Input, _geometry.Columns.Input);
        _window.Fill(search, channels, strides, _geometry.Rows.Input, _geometry.Columns.Input, firstRow, rows, firstColumn, window);
        LikenessMaps.Scale(window, _window.Size, _scales[2 * unit]);
        double* results = stackalloc double[3 * Tile.Lanes];
        for (int y = 0; y < rows; y++)
        {
            for (int x = 0; x < columns; x += Tile.Lanes)
            {
                Eight(window + ((long)y * _window.Pitch) + x, weights, square, results);
                long at = ((long)(firstRow + y) * _geometry.ResponseColumns) + firstColumn + x;
                Put(unit, at, Math.Min(Tile.Lanes, columns - x), square, results);
            }
        }
    }

    // Eight neighbouring positions: the response, the patch's square length and its mean.
    private void Eight(double* values, double* weights, double square, double* results)
    {
        ReadOnlySpan<int> taps = _window.Taps;
        Vector512<double> product = default, sum = default, squares = default;
        bool centred = _normalization == SimilarityNormalization.Zncc && taps.Length > 0;

        // A patch is centred on its own first element: a constant one is then exactly 0, and one far from 0 keeps its digits.
        Vector512<double> first = centred ? Vector512.Load(values + taps[0]) : default;
        for (int t = 0; t < taps.Length; t++)
        {
            Vector512<double> value = Vector512.Load(values + taps[t]) - first;
            product = Vector512.FusedMultiplyAdd(value, Vector512.Create(weights[t]), product);
            squares = Vector512.FusedMultiplyAdd(value, value, squares);
            sum += value;
        }

        Vector512<double> mean = centred ? sum / Vector512.Create((double)taps.Length) : default;
        squares -= sum * mean;
        Vector512<double> lengths = Vector512.Sqrt(squares) * Vector512.Create(Math.Sqrt(square));

        // Nothing over nothing is 0 here; what is not a number stays so.
        Vector512<double> nothing = Vector512.LessThanOrEqual(squares, Vector512<double>.Zero) | Vector512.Equals(Vector512.Create(square), Vector512<double>.Zero);
        Vector512<double> valid = Vector512.Equals(product, product);
        Vector512.ConditionalSelect(nothing & valid, Vector512<double>.Zero, product / lengths).Store(results);
        squares.Store(results + Tile.Lanes);
        (first + mean).Store(results + (2 * Tile.Lanes));
    }

    private void Put(int unit, long at, int lanes, double square, double* results)
    {
        long position = ((long)unit * _geometry.Positions) + at;
        if (_maps is null)
        {
            Tile.Narrow(results, _response + position, lanes);
            return;
        }

        double* map = _maps + ((long)unit * LikenessMaps.Planes * _geometry.Positions) + at;
        for (int lane = 0; lane < lanes; lane++, map++)
        {
            double upstream = typeof(T) == typeof(float) ? ((float*)_upstream)[position + lane] : ((double*)_upstream)[position + lane];
            double response = results[lane];
            double patch = results[Tile.Lanes + lane];
            bool nothing = square == 0 || patch <= 0;
            map[0] = nothing ? 0 : upstream / (Math.Sqrt(patch) * Math.Sqrt(square));
            map[_geometry.Positions] = nothing ? 0 : upstream * response / patch;
            map[2L * _geometry.Positions] = nothing ? 0 : results[(2 * Tile.Lanes) + lane];
            map[3L * _geometry.Positions] = nothing ? 0 : upstream * response;
        }
    }
}
