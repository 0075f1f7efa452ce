using GradService.Numerics.Tensors;

namespace GradService.Numerics.Similarity;

/// <summary>
/// Pictures laid out with a border of their own elements, so that a correlation of them needs no zeros; and the way back of the gradient. An
/// element that the border repeats gets the gradient of each of its copies.
/// </summary>
/// <remarks>Source: semantics of torch.nn.functional.pad, PyTorch 2.</remarks>
public sealed class BorderPadding
{
    private readonly CrossCorrelationGeometry _bare;
    private readonly PaddingMode _mode;

    private BorderPadding(CrossCorrelationGeometry bare, PaddingMode mode)
    {
        (_bare, _mode) = (bare, mode);
        Geometry = bare with { Rows = Padded(bare.Rows, mode, "rows"), Columns = Padded(bare.Columns, mode, "columns") };
        Shape = bare.Layout == ChannelLayout.ChannelsFirst
            ? Require.Product(new Shape(bare.Batch), "padding", bare.InputChannels, Geometry.Rows.Input, Geometry.Columns.Input)
            : Require.Product(new Shape(bare.Batch), "padding", Geometry.Rows.Input, Geometry.Columns.Input, bare.InputChannels);
    }

    /// <summary>The shape of the pictures with their border.</summary>
    public Shape Shape { get; }

    /// <summary>The same correlation of the pictures with their border: its output is the same, and it has no padding.</summary>
    public CrossCorrelationGeometry Geometry { get; }

    /// <summary>Plans the border that a correlation's padding asks for.</summary>
    /// <param name="geometry">The correlation, with its padding.</param>
    /// <param name="mode">What the border holds; not <see cref="PaddingMode.Zeros"/>, which need no copy.</param>
    /// <exception cref="OperandException">A side is too wide for the mode, there is nothing to repeat, or the pictures would be too large.</exception>
    public static BorderPadding Of(CrossCorrelationGeometry geometry, PaddingMode mode) => new(geometry, mode);

    /// <summary>Copies the pictures and their border.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="input">The pictures, of the geometry's layout.</param>
    /// <param name="padded">Receives them with their border, of shape <see cref="Shape"/>.</param>
    /// <param name="execution">Until when to run.</param>
    public void Lay<T>(ReadOnlySpan<T> input, Span<T> padded, Execution execution = default)
        where T : unmanaged
    {
        foreach ((int from, int to, int width) in Pieces(execution))
        {
            input.Slice(from, width).CopyTo(padded.Slice(to, width));
        }
    }

    /// <summary>Adds up the gradient of each element and of its copies.</summary>
    /// <param name="padded">The gradient by the pictures with their border, of shape <see cref="Shape"/>.</param>
    /// <param name="gradient">Receives the gradient by the pictures.</param>
    /// <param name="execution">Until when to run.</param>
    public void Fold(ReadOnlySpan<double> padded, Span<double> gradient, Execution execution = default)
    {
        gradient.Clear();
        foreach ((int from, int to, int width) in Pieces(execution))
        {
            for (int i = 0; i < width; i++)
            {
                gradient[from + i] += padded[to + i];
            }
        }
    }

    // Pieces of memory that are copied whole: the inside of a row, and each element (or all channels of a position) of its borders.
    private IEnumerable<(int From, int To, int Width)> Pieces(Execution execution)
    {
        bool first = _bare.Layout == ChannelLayout.ChannelsFirst;
        int planes = first ? _bare.Batch * _bare.InputChannels : _bare.Batch;
        int width = first ? 1 : _bare.InputChannels;
        (SlidingAxis rows, SlidingAxis columns) = (_bare.Rows, _bare.Columns);
        (int height, int across) = (Geometry.Rows.Input, Geometry.Columns.Input);
        for (int plane = 0; plane < planes; plane++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            for (int row = 0; row < height; row++)
            {
                int from = ((plane * rows.Input) + Source(rows, row)) * columns.Input;
                int to = ((plane * height) + row) * across;
                yield return (from * width, (to + columns.Before) * width, columns.Input * width);
                for (int border = 0; border < across - columns.Input; border++)
                {
                    int column = border < columns.Before ? border : border + columns.Input;
                    yield return ((from + Source(columns, column)) * width, (to + column) * width, width);
                }
            }
        }
    }

    // Which element of the input stands at a place of the padded axis.
    private int Source(SlidingAxis axis, int place)
    {
        int at = place - axis.Before;
        return _mode switch
        {
            PaddingMode.Reflect => at < 0 ? -at : at >= axis.Input ? (2 * (axis.Input - 1)) - at : at,
            PaddingMode.Circular => at < 0 ? at + axis.Input : at >= axis.Input ? at - axis.Input : at,
            _ => Math.Clamp(at, 0, axis.Input - 1),
        };
    }

    private static SlidingAxis Padded(SlidingAxis axis, PaddingMode mode, string which)
    {
        int most = mode switch
        {
            PaddingMode.Reflect => Math.Max(0, axis.Input - 1),
            PaddingMode.Circular => axis.Input,
            _ => axis.Input == 0 ? 0 : int.MaxValue,
        };
        int widest = Math.Max(axis.Before, axis.After);
        if (widest > most)
        {
            throw new OperandException(
                "padding",
                $"A border of {widest} {which} was found; with this padding_mode and an input of {axis.Input} {which} it may have at most {most}.");
        }

        long length = (long)axis.Input + axis.Before + axis.After;
        return length <= int.MaxValue
            ? axis with { Input = (int)length, Before = 0, After = 0 }
            : throw new OperandException("padding", $"The padded input would have {length} {which}; at most {int.MaxValue} are possible.");
    }
}
