using System.Numerics;
using GradService.Numerics.Losses;

namespace GradService.Numerics.Tests.Losses;

/// <summary>What the op under test made of a problem, widened to FP64.</summary>
internal sealed record Evaluation(LossSummary Summary, double[] Losses, double[] Gradient)
{
    public static Evaluation Of<T>(Problem problem, int threads = 1, bool wantsGradient = true)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CrossEntropyOptions o = problem.Options;
        var losses = new T[o.Reduction == Reduction.None ? problem.View.Positions : 0];
        var gradient = new T[wantsGradient ? problem.View.Length : 0];
        var execution = new Execution(threads, TestContext.Current.CancellationToken);
        T[] z = To<T>(problem.Logits);
        T[] w = To<T>(problem.Weight);
        T[] s = To<T>(problem.SampleWeight);
        T[] u = To<T>(problem.Upstream);
        LossSummary summary;
        if (problem.LogProbabilities)
        {
            var nll = new NllOptions { IgnoreIndex = o.IgnoreIndex, LabelSmoothing = o.LabelSmoothing, Reduction = o.Reduction, Examples = o.Examples, Weighting = o.Weighting };
            summary = problem.Shares is null
                ? Nll.Evaluate<T>(z, problem.View, problem.Labels.AsSpan(), w, s, problem.Predictions, u, nll, losses, gradient, execution)
                : Nll.Evaluate<T>(z, problem.View, To<T>(problem.Shares).AsSpan(), w, s, problem.Predictions, u, nll, losses, gradient, execution);
        }
        else
        {
            summary = problem.Shares is null
                ? CrossEntropy.Evaluate<T>(z, problem.View, problem.Labels.AsSpan(), w, s, problem.Predictions, u, o, losses, gradient, execution)
                : CrossEntropy.Evaluate<T>(z, problem.View, To<T>(problem.Shares).AsSpan(), w, s, problem.Predictions, u, o, losses, gradient, execution);
        }

        return new Evaluation(summary, From(losses), From(gradient));
    }

    /// <summary>What the focal loss made of a problem against class indices or shares, without predictions, widened to FP64.</summary>
    public static Evaluation OfFocal<T>(Problem problem, double gamma, int threads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var options = new FocalOptions { Gamma = gamma, Reduction = problem.Options.Reduction };
        var losses = new T[options.Reduction == Reduction.None ? problem.View.Positions : 0];
        var gradient = new T[problem.View.Length];
        var execution = new Execution(threads, TestContext.Current.CancellationToken);
        T[] z = To<T>(problem.Logits);
        T[] w = To<T>(problem.Weight);
        T[] s = To<T>(problem.SampleWeight);
        LossSummary summary = problem.Shares is null
            ? Focal.Evaluate<T>(z, problem.View, problem.Labels.AsSpan(), w, s, [], options, losses, gradient, execution)
            : Focal.Evaluate<T>(z, problem.View, To<T>(problem.Shares).AsSpan(), w, s, [], options, losses, gradient, execution);
        return new Evaluation(summary, From(losses), From(gradient));
    }

    /// <summary>The greatest distance between two gradients, against the greatest magnitude in the expected one.</summary>
    public static double Distance(double[] expected, double[] found)
    {
        double largest = expected.Select(Math.Abs).DefaultIfEmpty(0).Max();
        double distance = expected.Zip(found, (e, f) => Math.Abs(e - f)).DefaultIfEmpty(0).Max();
        return distance == 0 ? 0 : distance / largest;
    }

    /// <summary>The distance of an FP32 number from an FP64 one in units of the last place of the latter rounded to FP32.</summary>
    public static double Ulps(double expected, double found)
    {
        float rounded = Math.Abs((float)expected);
        return expected == found ? 0 : Math.Abs(found - expected) / (MathF.BitIncrement(rounded) - rounded);
    }

    private static T[] To<T>(double[] values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => [.. values.Select(T.CreateTruncating)];

    private static double[] From<T>(T[] values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => [.. values.Select(double.CreateTruncating)];
}
