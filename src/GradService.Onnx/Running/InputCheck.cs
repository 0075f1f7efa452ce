using System.Globalization;

namespace GradService.Onnx.Running;

/// <summary>Holds what a caller sends to what the ONNX file says, before anything runs.</summary>
internal static class InputCheck
{
    /// <summary>Checks the inputs.</summary>
    /// <exception cref="ModelException">Wrong input: one that is unknown, missing, twice there, of another type or shape, or of another number of bytes.</exception>
    public static void Inputs(ModelDescription model, IReadOnlyList<ModelInput> inputs)
    {
        foreach (ModelInput input in inputs)
        {
            TensorSpec spec = model.Inputs.FirstOrDefault(spec => spec.Name == input.Name)
                ?? throw Wrong(input.Name, $"The model has no input '{input.Name}'. Its inputs are {Names(model.Inputs)}.");
            if (inputs.Count(other => other.Name == input.Name) > 1)
            {
                throw Wrong(input.Name, $"Input '{input.Name}' is there more than once.");
            }

            One(spec, input);
        }

        if (model.Inputs.FirstOrDefault(spec => inputs.All(input => input.Name != spec.Name)) is { } missing)
        {
            throw Wrong(missing.Name, $"Input '{missing.Name}' is missing: {missing.Datatype} of shape {Text(missing.Dimensions)}.");
        }
    }

    /// <summary>The outputs to compute: the wanted ones, or all.</summary>
    /// <exception cref="ModelException">Wrong input: an output that is unknown or twice there.</exception>
    public static IReadOnlyList<string> Outputs(ModelDescription model, IReadOnlyList<string>? wanted)
    {
        if (wanted is null or { Count: 0 })
        {
            return [.. model.Outputs.Select(output => output.Name)];
        }

        foreach (string name in wanted)
        {
            if (model.Outputs.All(output => output.Name != name))
            {
                throw Wrong(name, $"The model has no output '{name}'. Its outputs are {Names(model.Outputs)}.");
            }

            if (wanted.Count(other => other == name) > 1)
            {
                throw Wrong(name, $"Output '{name}' is asked for more than once.");
            }
        }

        return wanted;
    }

    /// <summary>A shape in brackets; <c>-1</c> for an open length.</summary>
    public static string Text(IReadOnlyList<long>? shape) =>
        shape is null ? "any" : $"[{string.Join(",", shape.Select(length => length.ToString(CultureInfo.InvariantCulture)))}]";

    private static void One(TensorSpec spec, ModelInput input)
    {
        if (input.Datatype != spec.Datatype)
        {
            throw Wrong(input.Name, $"Input '{input.Name}' is {input.Datatype}; the model takes {spec.Datatype}.");
        }

        if (spec.Dimensions is { } dimensions)
        {
            Shape(dimensions, input);
        }

        (int found, string unit) = input.Datatype == TensorDatatype.BYTES ? (input.Strings.Count, "strings") : (input.Bytes.Length, "bytes");
        long? expected = Elements(input) * Math.Max(1, input.Datatype.Size());
        if (found != expected)
        {
            string count = expected?.ToString(CultureInfo.InvariantCulture) ?? "more than can be sent";
            throw Wrong(input.Name, $"Input '{input.Name}' has {found} {unit}; {input.Datatype} of shape {Text(input.Shape)} has {count}.");
        }
    }

    private static void Shape(IReadOnlyList<long> expected, ModelInput input)
    {
        if (input.Shape.Count != expected.Count)
        {
            throw Wrong(
                input.Name,
                $"Input '{input.Name}' has the {input.Shape.Count} axes {Text(input.Shape)}; the model takes the {expected.Count} axes {Text(expected)}.");
        }

        for (int axis = 0; axis < expected.Count; axis++)
        {
            if (expected[axis] >= 0 && input.Shape[axis] != expected[axis])
            {
                throw Wrong(
                    input.Name,
                    $"Input '{input.Name}' has length {input.Shape[axis]} in axis {axis} of {Text(input.Shape)}; the model takes {expected[axis]}: {Text(expected)}.");
            }
        }
    }

    /// <returns>The number of elements; null for more than any memory holds.</returns>
    private static long? Elements(ModelInput input)
    {
        UInt128 elements = 1;
        foreach (long length in input.Shape)
        {
            if (length < 0)
            {
                throw Wrong(input.Name, $"Input '{input.Name}' has a negative length in its shape {Text(input.Shape)}.");
            }

            elements = length == 0 ? 0 : elements > (uint)Array.MaxLength ? elements : elements * (ulong)length;
        }

        return elements > (uint)Array.MaxLength ? null : (long)elements;
    }

    private static string Names(IReadOnlyList<TensorSpec> specs) => string.Join(", ", specs.Select(spec => $"'{spec.Name}'"));

    private static ModelException Wrong(string tensor, string message) => new(ModelFault.WrongInput, message) { Tensor = tensor };
}
