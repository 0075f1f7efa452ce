using GradService.Numerics;
using GradService.Numerics.Checking;
using GradService.Numerics.Tensors;

namespace GradService.Catalog;

/// <summary>What a gradient check of one request found.</summary>
/// <param name="Inputs">The finding for each input checked.</param>
/// <param name="Held">The choices that were held still.</param>
/// <param name="Remarks">What a reader should know: sampled positions, an upstream that was drawn.</param>
internal sealed record GradientReport(
    IReadOnlyList<(InputMember Input, Shape Shape, GradientCheckResult Result)> Inputs,
    IReadOnlyCollection<string> Held,
    IReadOnlyList<string> Remarks)
{
    public bool Passed => Inputs.All(input => input.Result.Passed);
}

/// <summary>
/// Checks the gradients of any operation against central differences: the operation is run again and again in FP64 with one
/// element of an input moved, and its objective, weighted by <c>upstream</c>, is compared with what its gradient promised.
/// </summary>
internal sealed class GradientChecker(Operation operation, OperationRequest request, TensorScope scope, CancellationToken cancellation)
{
    private const int UpstreamSeed = 20240229;

    private readonly HeldChoices _held = new();

    /// <summary>Runs the check. The request's tensors are moved in place and given back as they were.</summary>
    /// <exception cref="OperandException">The request itself is wrong.</exception>
    public GradientReport Check()
    {
        List<string> remarks = [];
        List<InputMember> inputs = Chosen();
        object response = Run(scope, inputs);
        if (inputs.Count == 0)
        {
            remarks.Add("Nothing was checked, as gradients names no input that was sent. Leave it out to check all.");
        }

        if (inputs.Any(input => input.Gradient!.Get(response) is null))
        {
            remarks.Add("The values are a tensor and no upstream was sent: the gradient checked is that of their sum, weighted by numbers drawn from a fixed seed.");
            DrawUpstream(response);
            response = Run(scope, inputs);
        }

        if (!double.IsFinite(Objective()))
        {
            remarks.Add("The loss, multiplied by upstream where that is sent, is not finite at this request: there are no finite differences of it to compare a gradient with.");
        }

        var findings = new List<(InputMember, Shape, GradientCheckResult)>();
        foreach (InputMember input in inputs)
        {
            var moved = (Tensor<double>)input.Get(request)!;
            double[] analytic = SumOfLeadingAxes((Tensor<double>)input.Gradient!.Get(response)!, moved.Length);
            GradientCheckResult result = GradientCheck.Evaluate(moved.Span, analytic, Objective, cancellation: cancellation);
            findings.Add((input, moved.Shape, result));
            if (result.Kinks > 0)
            {
                string first = string.Concat(moved.Shape.Unravel(result.FirstKink).Select(index => $"[{index}]"));
                remarks.Add($"{Quantity.Of(result.Kinks, "element", "elements")} of {input.Name} (the first: {input.Name}{first}) {(result.Kinks == 1 ? "lies" : "lie")} at a kink of the loss, such as the edge of a clip or of a maximum, where the slopes to both sides differ: the gradient is compared with the nearest slope between these, one-sided.");
            }

            if (result.Passed && result.MaxRelativeError > GradientCheck.DefaultTolerance)
            {
                remarks.Add($"The largest difference in {input.Name} is above the tolerance, but no larger than what the rounding of the loss itself comes to after the division by the step: 16 eps max(1, |loss|) / step.");
            }

            if (result.Checked < result.Elements)
            {
                remarks.Add($"{result.Checked} of {Quantity.Of(result.Elements, "element", "elements")} of {input.Name} {(result.Checked == 1 ? "was" : "were")} checked: those at positions drawn from a fixed seed, and the one with the largest gradient; elements that are not finite are left out.");
            }
        }

        return new GradientReport(findings, _held.Names, remarks);
    }

    private List<InputMember> Chosen()
    {
        IReadOnlyList<string>? names = (request as DifferentiableRequest)?.Gradients;
        return
        [
            .. operation.Signature.Differentiable
                .Where(input => input.Get(request) is not null)
                .Where(input => names?.Contains(input.Name) ?? true),
        ];
    }

    private object Run(TensorScope memory, IReadOnlyList<InputMember> inputs)
    {
        string[] gradients = [.. inputs.Select(input => input.Name)];
        return operation.Run(request, new Evaluation(ElementType.FP64, memory, new Execution(1, cancellation), gradients) { Held = _held });
    }

    private double Objective()
    {
        using var memory = new TensorScope(scope.Budget);
        var values = (Tensor<double>)operation.Signature.Objective!.Get(Run(memory, []))!;
        Tensor<double>? upstream = ((request as DifferentiableRequest)?.Upstream as Tensor<double>);
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            sum += values.Span[i] * (upstream is null ? 1 : upstream.Span[i]);
        }

        return sum;
    }

    private void DrawUpstream(object response)
    {
        var values = (Tensor<double>)operation.Signature.Objective!.Get(response)!;
        Tensor<double> upstream = scope.Rent<double>(values.Shape);
        var random = new Random(UpstreamSeed);
        foreach (ref double weight in upstream.Span)
        {
            weight = (2 * random.NextDouble()) - 1;
        }

        operation.Signature.Inputs.First(input => input.Name == "upstream").Set(request, upstream);
    }

    // A gradient for each sample has more axes than the input; the objective sums the samples, so the check does too.
    private double[] SumOfLeadingAxes(Tensor<double> gradient, int length)
    {
        scope.Reserve((long)length * sizeof(double));
        var sum = new double[length];
        ReadOnlySpan<double> values = gradient.Span;
        for (int i = 0; i < values.Length; i++)
        {
            sum[i % length] += values[i];
        }

        return sum;
    }
}
