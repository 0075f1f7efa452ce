using System.Numerics;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Vectors;

/// <summary>Where the largest value along an axis lies.</summary>
public static class ArgMax
{
    /// <summary>Finds the index of the largest value along an axis; of equal ones the lowest. NaN counts as the largest, as in torch.argmax.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="values">Values, <c>[outer, count, inner]</c>.</param>
    /// <param name="view">The axis; at least one long unless there are no positions.</param>
    /// <param name="indices">Receives the indices along the axis, <c>[outer * inner]</c>.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <exception cref="OperandException">A length does not fit the view, or the axis is empty.</exception>
    public static void Along<T>(ReadOnlySpan<T> values, AxisView view, Span<int> indices, Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int position = 0; position < view.Positions; position++)
        {
            (int outer, int inner) = Math.DivRem(position, view.Inner);
            int start = (outer * view.Count * view.Inner) + inner;
            int best = 0;
            for (int c = 1; c < view.Count; c++)
            {
                T largest = values[start + (best * view.Inner)];
                T value = values[start + (c * view.Inner)];
                best = !T.IsNaN(largest) && (value > largest || T.IsNaN(value)) ? c : best;
            }

            indices[position] = best;
        }
    }
}
