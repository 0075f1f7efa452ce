using GradService.Numerics.Vectors;

namespace GradService.Numerics.Similarity;

/// <summary>
/// The gradient by the kernel, cut by group, filters and channels: a chunk goes over all pictures and windows in order, so that nothing has to
/// be added up between chunks.
/// </summary>
internal readonly unsafe struct KernelGradientJob<T> : IChunkJob
    where T : unmanaged
{
    private const int FilterBlock = 32;
    private const int LeastFilters = 4;
    private const int WantedTaps = 64;
    private const int WantedSums = FilterBlock * WantedTaps;
    private readonly TapWindow _window;
    private readonly CorrelationPlanes<T> _source;
    private readonly CorrelationPlanes<T> _upstream;
    private readonly T* _gradient;
    private readonly int _pictures;
    private readonly int _channelBlock;
    private readonly int _filterBlock;
    private readonly int _area;
    private readonly CancellationToken _cancellation;

    private KernelGradientJob(CrossCorrelationGeometry geometry, T* input, T* upstream, T* gradient, CancellationToken cancellation)
    {
        (SlidingAxis rows, SlidingAxis columns) = (geometry.Rows, geometry.Columns);
        _pictures = geometry.Batch;
        _area = rows.Kernel * columns.Kernel;
        _channelBlock = Math.Clamp(WantedTaps / _area, 1, geometry.GroupInputs);
        _filterBlock = Math.Min(Math.Clamp(WantedSums / (_channelBlock * _area), LeastFilters, FilterBlock), geometry.GroupOutputs);
        _window = new TapWindow(
            _channelBlock,
            rows.TapOffsets(geometry.Mode),
            rows.Stride,
            columns.TapOffsets(geometry.Mode),
            columns.Stride,
            geometry.OutputRows,
            geometry.OutputColumns,
            spread: 1,
            beside: _filterBlock);
        _source = new CorrelationPlanes<T>(input, geometry.InputStrides, geometry.GroupInputs, rows.Input, columns.Input);
        _upstream = new CorrelationPlanes<T>(upstream, geometry.OutputStrides, geometry.GroupOutputs, geometry.OutputRows, geometry.OutputColumns);
        _gradient = gradient;
        _cancellation = cancellation;
    }

    /// <summary>Computes the gradient.</summary>
    public static void Run(T* input, T* upstream, CrossCorrelationGeometry geometry, T* gradient, Execution execution)
    {
        if (geometry.GroupInputs > 0 && geometry.GroupOutputs > 0)
        {
            var job = new KernelGradientJob<T>(geometry, input, upstream, gradient, execution.Cancellation);
            Chunks.Run(geometry.Groups * job.FilterBlocks * job.ChannelBlocks, job, execution);
        }
    }

    private int FilterBlocks => Chunks.Count(_upstream.Channels, _filterBlock);

    private int ChannelBlocks => Chunks.Count(_source.Channels, _channelBlock);

    /// <inheritdoc/>
    public void Run(int chunk)
    {
        (int rest, int channelBlock) = Math.DivRem(chunk, ChannelBlocks);
        (int group, int filterBlock) = Math.DivRem(rest, FilterBlocks);
        int channel = channelBlock * _channelBlock;
        int channels = Math.Min(_channelBlock, _source.Channels - channel);
        int filter = filterBlock * _filterBlock;
        int filters = Math.Min(_filterBlock, _upstream.Channels - filter);
        int taps = channels * _area;
        long tile = (long)filters * _window.Rows * _window.Columns;
        long lanes = TapGradient.Size(filters, taps);
        using var scratch = new Scratch(_window.Size + tile + lanes + ((long)filters * taps), 4);
        double* window = scratch.Take(_window.Size);
        double* upstream = scratch.Take(tile);
        double* sums = scratch.Take(lanes);
        double* gradient = scratch.Take((long)filters * taps);
        new Span<double>(sums, checked((int)lanes)).Clear();
        for (int picture = 0; picture < _pictures; picture++)
        {
            T* source = _source.Of(picture, group) + (channel * _source.Strides.Channel);
            T* outputs = _upstream.Of(picture, group) + (filter * _upstream.Strides.Channel);
            for (int firstRow = 0; firstRow < _upstream.Rows; firstRow += _window.Rows)
            {
                _cancellation.ThrowIfCancellationRequested();
                int rows = Math.Min(_window.Rows, _upstream.Rows - firstRow);
                for (int firstColumn = 0; firstColumn < _upstream.Columns; firstColumn += _window.Columns)
                {
                    int columns = Math.Min(_window.Columns, _upstream.Columns - firstColumn);
                    _window.Fill(source, channels, _source.Strides, _source.Rows, _source.Columns, firstRow, rows, firstColumn, window);
                    Widen(outputs + (firstRow * _upstream.Strides.Row) + (firstColumn * _upstream.Strides.Column), filters, rows, columns, upstream);
                    TapGradient.Add(window, _window.Pitch, _window.Taps.AsSpan(0, taps), upstream, filters, rows, columns, sums);
                }
            }
        }

        TapGradient.Sum(sums, filters, taps, gradient);
        for (int f = 0; f < filters; f++)
        {
            long first = ((((long)group * _upstream.Channels) + filter + f) * _source.Channels * _area) + ((long)channel * _area);
            Tile.Narrow(gradient + ((long)f * taps), _gradient + first, taps);
        }
    }

    private void Widen(T* outputs, int filters, int rows, int columns, double* target)
    {
        int line = Tile.WholeLanes(columns);
        PlaneStrides strides = _upstream.Strides;
        for (int f = 0; f < filters; f++)
        {
            for (int row = 0; row < rows; row++, target += line)
            {
                T* source = outputs + (f * strides.Channel) + (row * strides.Row);
                if (strides.Column == 1)
                {
                    Tile.Widen(source, target, columns);
                }
                else
                {
                    for (int x = 0; x < columns; x++)
                    {
                        target[x] = typeof(T) == typeof(float) ? *(float*)(source + (x * strides.Column)) : *(double*)(source + (x * strides.Column));
                    }
                }

                new Span<double>(target + columns, line - columns).Clear();
            }
        }
    }
}
