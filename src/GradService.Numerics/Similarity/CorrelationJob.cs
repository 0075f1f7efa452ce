using GradService.Numerics.Vectors;

namespace GradService.Numerics.Similarity;

/// <summary>Output windows of all pictures and groups, each a chunk: a copy of the window of the input, then its product with the filters.</summary>
internal readonly unsafe struct CorrelationJob<T> : IChunkJob
    where T : unmanaged
{
    private const int LeastChunks = 8;
    private readonly TapWindow _window;
    private readonly CorrelationPlanes<T> _source;
    private readonly CorrelationPlanes<T> _target;
    private readonly double* _filters;
    private readonly long _groupFilters;
    private readonly T* _bias;
    private readonly int _groups;

    private CorrelationJob(TapWindow window, CorrelationPlanes<T> source, CorrelationPlanes<T> target, double* filters, T* bias, int groups)
    {
        (_window, _source, _target, _groups) = (window, source, target, groups);
        _filters = filters;
        _bias = bias;
        _groupFilters = FilterBlocks.Size(target.Channels, window.Taps.Length);
    }

    /// <summary>Computes the output.</summary>
    public static void Forward(T* input, T* kernel, T* bias, CrossCorrelationGeometry geometry, T* output, Execution execution)
    {
        (SlidingAxis rows, SlidingAxis columns) = (geometry.Rows, geometry.Columns);
        var window = new TapWindow(
            geometry.GroupInputs,
            rows.TapOffsets(geometry.Mode),
            rows.Stride,
            columns.TapOffsets(geometry.Mode),
            columns.Stride,
            geometry.OutputRows,
            geometry.OutputColumns,
            Spread(geometry));
        int taps = window.Taps.Length;
        int[] positions = [.. Enumerable.Range(0, taps)];
        var source = new CorrelationPlanes<T>(input, geometry.InputStrides, geometry.GroupInputs, rows.Input, columns.Input);
        var target = new CorrelationPlanes<T>(output, geometry.OutputStrides, geometry.GroupOutputs, geometry.OutputRows, geometry.OutputColumns);
        Run(window, source, target, kernel, (long)geometry.GroupOutputs * taps, taps, positions, bias, geometry, execution);
    }

    /// <summary>Computes the gradient by those positions of the input that certain taps reach; the others are left as they are.</summary>
    public static void Transposed(
        T* upstream, T* kernel, CrossCorrelationGeometry geometry, (int Phase, int[] Taps) rowClass, (int Phase, int[] Taps) columnClass, T* gradient, Execution execution)
    {
        (long[] rowOffsets, int firstRow, int rows) = Class(geometry.Rows, geometry.Mode, rowClass.Phase, rowClass.Taps);
        (long[] columnOffsets, int firstColumn, int columns) = Class(geometry.Columns, geometry.Mode, columnClass.Phase, columnClass.Taps);
        var window = new TapWindow(geometry.GroupOutputs, rowOffsets, 1, columnOffsets, 1, rows, columns, Spread(geometry));
        int area = geometry.Rows.Kernel * geometry.Columns.Kernel;
        int ofFilter = geometry.GroupInputs * area;
        int[] positions =
        [
            .. from o in Enumerable.Range(0, geometry.GroupOutputs)
               from u in rowClass.Taps
               from v in columnClass.Taps
               select (o * ofFilter) + (u * geometry.Columns.Kernel) + v,
        ];
        var source = new CorrelationPlanes<T>(upstream, geometry.OutputStrides, geometry.GroupOutputs, geometry.OutputRows, geometry.OutputColumns);
        PlaneStrides all = geometry.InputStrides;
        var target = new CorrelationPlanes<T>(
            gradient + (firstRow * all.Row) + (firstColumn * all.Column),
            all with { Row = all.Row * geometry.Rows.Stride, Column = all.Column * geometry.Columns.Stride },
            geometry.GroupInputs,
            rows,
            columns);
        Run(window, source, target, kernel, (long)geometry.GroupOutputs * ofFilter, area, positions, null, geometry, execution);
    }

    /// <inheritdoc/>
    public void Run(int chunk)
    {
        (int rest, int across) = Math.DivRem(chunk, _window.ColumnWindows);
        (rest, int down) = Math.DivRem(rest, _window.RowWindows);
        (int picture, int group) = Math.DivRem(rest, _groups);
        int firstRow = down * _window.Rows;
        int firstColumn = across * _window.Columns;
        int rows = Math.Min(_window.Rows, _target.Rows - firstRow);
        int columns = Math.Min(_window.Columns, _target.Columns - firstColumn);
        using var scratch = new Scratch(_window.Size, 1);
        double* window = scratch.Take(_window.Size);
        _window.Fill(_source.Of(picture, group), _source.Channels, _source.Strides, _source.Rows, _source.Columns, firstRow, rows, firstColumn, window);
        T* target = _target.Of(picture, group) + (firstRow * _target.Strides.Row) + (firstColumn * _target.Strides.Column);
        T* bias = _bias is null ? null : _bias + ((long)group * _target.Channels);
        TapProduct.Evaluate(
            window, _window.Pitch, _window.Taps, _filters + (group * _groupFilters), _target.Channels, bias, rows, columns, target, _target.Strides);
    }

    private static void Run(
        TapWindow window, CorrelationPlanes<T> source, CorrelationPlanes<T> target, T* kernel, long groupStride, long filterStride, int[] positions, T* bias, CrossCorrelationGeometry geometry, Execution execution)
    {
        int chunks = geometry.Batch * geometry.Groups * window.RowWindows * window.ColumnWindows;
        if (chunks == 0 || target.Channels == 0)
        {
            return;
        }

        long size = FilterBlocks.Size(target.Channels, positions.Length);
        using var scratch = new Scratch(size * geometry.Groups, 1);
        double* filters = scratch.Take(size * geometry.Groups);
        for (int group = 0; group < geometry.Groups; group++)
        {
            FilterBlocks.Lay(kernel + (group * groupStride), filterStride, target.Channels, positions, filters + (group * size));
        }

        Chunks.Run(chunks, new CorrelationJob<T>(window, source, target, filters, bias, geometry.Groups), execution);
    }

    // Input positions i with (i + padding) modulo stride equal to the phase: where the first lies, how many there are, and which
    // output position, counted from theirs, each tap reads.
    private static (long[] Offsets, int First, int Count) Class(SlidingAxis axis, CorrelationMode mode, int phase, int[] taps)
    {
        long[] reach = axis.TapOffsets(mode);
        long first = (((phase - (long)axis.Before) % axis.Stride) + axis.Stride) % axis.Stride;
        long[] offsets = [.. taps.Select(tap => (first - reach[tap]) / axis.Stride)];
        int count = first >= axis.Input ? 0 : (int)((axis.Input - 1 - first) / axis.Stride) + 1;
        return (offsets, (int)Math.Min(first, axis.Input), count);
    }

    private static int Spread(CrossCorrelationGeometry geometry) =>
        (int)Math.Clamp(LeastChunks / Math.Max(1L, (long)geometry.Batch * geometry.Groups), 1, LeastChunks);
}

/// <summary>The planes of a batch of pictures whose channels come in groups.</summary>
/// <param name="First">The first element.</param>
/// <param name="Strides">The strides.</param>
/// <param name="Channels">The channels of a group.</param>
/// <param name="Rows">The rows.</param>
/// <param name="Columns">The columns.</param>
internal readonly unsafe record struct CorrelationPlanes<T>(nint First, PlaneStrides Strides, int Channels, int Rows, int Columns)
    where T : unmanaged
{
    public CorrelationPlanes(T* first, PlaneStrides strides, int channels, int rows, int columns)
        : this((nint)first, strides, channels, rows, columns)
    {
    }

    public T* Of(int picture, int group) => (T*)First + (picture * Strides.Picture) + ((long)group * Channels * Strides.Channel);
}
