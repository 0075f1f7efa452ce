using System.Numerics;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Activations;

/// <summary>The log-sum-exp along an axis, in either layout: what the log-softmax takes from each logit, and a smooth maximum.</summary>
/// <remarks>
/// <c>log sum_k exp(z_k / t)</c>, with the maximum subtracted first, so that no finite input overflows. Its gradient by the logits is
/// softmax(z / t) / t. Computed in FP64 whatever the element type. Source: semantics of torch.logsumexp, PyTorch 2.
/// </remarks>
public static unsafe class LogSumExp
{
    /// <summary>Computes the log-sum-exp along an axis.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logits">Unnormalised scores, <c>[outer, C, inner]</c>.</param>
    /// <param name="view">The axis of the classes.</param>
    /// <param name="temperature">t, what the logits are divided by; above 0.</param>
    /// <param name="sums">Receives the log-sum-exp, <c>[outer, inner]</c>: -infinity for no classes or nothing but -infinity, +infinity where a logit is, NaN where one is.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <exception cref="OperandException">There are too many classes, or the temperature is not a finite number above 0.</exception>
    public static void Evaluate<T>(ReadOnlySpan<T> logits, AxisView view, double temperature, Span<T> sums, Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tile.RequireClasses(view.Count, nameof(logits));
        Require.Length(nameof(logits), logits.Length, view.Length, $"[outer, C, inner] = [{view.Outer}, {view.Count}, {view.Inner}]");
        Require.Length(nameof(sums), sums.Length, view.Positions, $"[outer, inner] = [{view.Outer}, {view.Inner}]");
        Temperature.Check(temperature);
        if (view.Count == 0)
        {
            sums.Fill(T.NegativeInfinity);
            return;
        }

        fixed (T* source = logits, target = sums)
        {
            var job = new LogSumExpJob<T>(source, view, 1 / temperature, target);
            Chunks.RunOnLanes(Chunks.Count(view.Positions, Tile.ChunkPositions(view.Count)), job, execution);
        }
    }
}
