using GradService.Numerics.Vectors;

namespace GradService.Numerics.Similarity;

/// <summary>
/// A window of the input in FP64, some channels by some rows by some columns, so laid out that eight neighbouring output positions find the
/// values of any tap side by side. It stands in for the matrix of patches (im2col), which would hold each value as often as there are taps.
/// </summary>
internal sealed unsafe class TapWindow
{
    private const int Budget = 1 << 16;
    private const int WidestColumns = 256;
    private const int LeastColumns = 32;
    private readonly TapRuns _rows;
    private readonly TapRuns _columns;
    private readonly int _rowStep;
    private readonly int _columnStep;
    private readonly int _channels;
    private readonly int _plane;

    /// <summary>Plans a window.</summary>
    /// <param name="channels">The channels it holds.</param>
    /// <param name="rowOffsets">The input row of each row of taps at output row 0.</param>
    /// <param name="rowStep">Input rows from one output row to the next.</param>
    /// <param name="columnOffsets">The same of the columns.</param>
    /// <param name="columnStep">The same of the columns.</param>
    /// <param name="outputRows">All output rows that there are.</param>
    /// <param name="outputColumns">All output columns that there are.</param>
    /// <param name="spread">Into how many windows at least the output rows should be cut, so that threads have work.</param>
    /// <param name="beside">Planes of outputs that are kept in the cache beside the window.</param>
    public TapWindow(
        int channels, ReadOnlySpan<long> rowOffsets, int rowStep, ReadOnlySpan<long> columnOffsets, int columnStep, int outputRows, int outputColumns, int spread, int beside = 0)
    {
        int planes = channels + beside;
        (_channels, _rowStep, _columnStep) = (channels, rowStep, columnStep);
        int columns = Math.Min(Tile.WholeLanes(outputColumns), WidestColumns);
        while (columns > LeastColumns && (long)planes * rowOffsets.Length * columns > Budget)
        {
            columns = Tile.WholeLanes(columns / 2);
        }

        long room = (Budget / Math.Max(1L, (long)planes * columns)) - (rowOffsets.Length - 1);
        Columns = columns;
        Rows = (int)Math.Clamp(Math.Min(room, ((long)outputRows + spread - 1) / spread), 1, Math.Max(1, outputRows));
        RowWindows = Chunks.Count(outputRows, Rows);
        ColumnWindows = Chunks.Count(outputColumns, Math.Max(1, Columns));
        _rows = TapRuns.Of(rowOffsets, rowStep, Rows);
        _columns = TapRuns.Of(columnOffsets, columnStep, Columns);
        Pitch = Tile.WholeLanes(_columns.Length);
        long plane = (long)_rows.Length * Pitch;

        // An odd number of cache lines, so that the channels of a position do not all fall into one set of the cache.
        _plane = checked((int)(plane + ((plane / Tile.Lanes) % 2 == 0 ? Tile.Lanes : 0)));
        Size = (long)_plane * channels;
        Taps = Offsets();
    }

    /// <summary>Output rows of a window.</summary>
    public int Rows { get; }

    /// <summary>Output columns of a window, whole vectors.</summary>
    public int Columns { get; }

    /// <summary>Windows one below the other.</summary>
    public int RowWindows { get; }

    /// <summary>Windows side by side.</summary>
    public int ColumnWindows { get; }

    /// <summary>From one output row to the next within the window.</summary>
    public int Pitch { get; }

    /// <summary>The numbers it holds.</summary>
    public long Size { get; }

    /// <summary>Where each tap, (channel, row, column), finds the value for the window's first output position.</summary>
    public int[] Taps { get; }

    /// <summary>Copies a window, with zeros where the input ends.</summary>
    /// <param name="planes">The first channel of the window in its picture.</param>
    /// <param name="channels">How many channels are needed of those that the window holds.</param>
    /// <param name="strides">The picture's strides.</param>
    /// <param name="height">The picture's rows.</param>
    /// <param name="width">The picture's columns.</param>
    /// <param name="firstRow">The first output row.</param>
    /// <param name="rows">How many are needed of <see cref="Rows"/>.</param>
    /// <param name="firstColumn">The first output column.</param>
    /// <param name="window">Receives <see cref="Size"/> numbers.</param>
    public void Fill<T>(T* planes, int channels, PlaneStrides strides, int height, int width, int firstRow, int rows, int firstColumn, double* window)
        where T : unmanaged
    {
        for (int c = 0; c < channels; c++)
        {
            T* plane = planes + (c * strides.Channel);
            double* target = window + ((long)c * _plane);
            foreach (TapRuns.Run run in _rows.Runs)
            {
                int needed = run.Count - (Rows - rows);
                for (int k = 0; k < needed; k++)
                {
                    long row = run.Offset + ((long)(firstRow + k) * _rowStep);
                    double* line = target + ((long)(run.Place + k) * Pitch);
                    if (row < 0 || row >= height)
                    {
                        new Span<double>(line, Pitch).Clear();
                    }
                    else
                    {
                        FillRow(plane + (row * strides.Row), strides.Column, width, firstColumn, line);
                    }
                }
            }
        }
    }

    private void FillRow<T>(T* row, long stride, int width, int firstColumn, double* line)
        where T : unmanaged
    {
        foreach (TapRuns.Run run in _columns.Runs)
        {
            // Places from `start` to `end` lie inside the input.
            long first = run.Offset + ((long)firstColumn * _columnStep);
            int start = (int)Math.Clamp(first < 0 ? ((-first) + _columnStep - 1) / _columnStep : 0, 0, run.Count);
            int end = (int)Math.Clamp(first >= width ? 0 : ((width - 1 - first) / _columnStep) + 1, start, run.Count);
            double* target = line + run.Place;
            new Span<double>(target, start).Clear();
            new Span<double>(target + end, run.Count - end).Clear();
            long step = _columnStep * stride;
            T* source = row + ((first + ((long)start * _columnStep)) * stride);
            if (step == 1)
            {
                Tile.Widen(source, target + start, end - start);
            }
            else
            {
                for (int k = start; k < end; k++, source += step)
                {
                    target[k] = typeof(T) == typeof(float) ? *(float*)source : *(double*)source;
                }
            }
        }
    }

    private int[] Offsets()
    {
        var taps = new int[_channels * _rows.Places.Length * _columns.Places.Length];
        int at = 0;
        for (int c = 0; c < _channels; c++)
        {
            foreach (int row in _rows.Places)
            {
                foreach (int column in _columns.Places)
                {
                    taps[at++] = checked((c * _plane) + (row * Pitch) + column);
                }
            }
        }

        return taps;
    }
}
