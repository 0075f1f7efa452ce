using System.Globalization;
using GradService.Numerics;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Catalog;

/// <summary>Says in one sentence where an answer is not finite, and why: the same for every operation.</summary>
internal static class NonFiniteResults
{
    /// <summary>Warns of results that are NaN or infinite, unless the operation has done so or they are ordinary ones of their member.</summary>
    public static void Warn(Signature signature, object request, object response, Evaluation run)
    {
        if (run.HasWarnedOfNonFinite)
        {
            return;
        }

        List<string> results = [];
        for (int i = 0; i < signature.Outputs.Count; i++)
        {
            OutputMember output = signature.Outputs[i];
            object? result = output.Get(response);
            if (result != run.KnownFinite && First(output.Name, result, output.Ordinary, run.Execution) is { } found)
            {
                results.Add(found);
            }
        }

        if (results.Count > 0)
        {
            run.WarnOfNonFinite(Sentence(signature, request, results, run));
        }
    }

    private static string Sentence(Signature signature, object request, List<string> results, Evaluation run)
    {

        string cause = signature.Inputs
            .Select(input => First(input.Name, input.Get(request), ordinary: 0, run.Execution))
            .FirstOrDefault(found => found is not null) is { } sent
            ? $"as the request is not: {sent}"
            : $"though every number of the request is: look for a logarithm of 0 or less, a division by 0, or a number beyond the range of {run.Floating}";
        return $"Some results are not finite ({(results.Count == 1 ? string.Empty : "the first of each: ")}{string.Join(", ", results)}), {cause}.";
    }

    private static string? First(string name, object? value, double ordinary, Execution execution) => value switch
    {
        double number when !double.IsFinite(number) && !number.Equals(ordinary) => Found(name, number),
        Tensor<float> tensor => In(tensor, NonFinite.First(tensor.Span, (float)ordinary, execution), name),
        Tensor<double> tensor => In(tensor, NonFinite.First(tensor.Span, ordinary, execution), name),
        _ => null,
    };

    private static string? In<T>(Tensor<T> tensor, int position, string name)
        where T : unmanaged, IConvertible => position < 0
        ? null
        : Found(name + string.Concat(tensor.Shape.Unravel(position).Select(index => $"[{index}]")), tensor.Span[position].ToDouble(CultureInfo.InvariantCulture));

    private static string Found(string place, double value) => string.Create(CultureInfo.InvariantCulture, $"{place} is {value}");
}
