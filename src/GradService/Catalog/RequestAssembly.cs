using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Catalog;

/// <summary>Puts a request record together from its two halves: a small JSON object of parameters, and the tensors read beside it.</summary>
internal sealed class RequestAssembly(Operation operation)
{
    private readonly JsonTypeInfo _type = ParameterJson.Options.GetTypeInfo(operation.RequestType);
    private readonly ParameterMember[] _steps = [.. operation.Signature.Parameters.Where(parameter => parameter.ValueType == typeof(Steps))];

    public Operation Operation => operation;

    /// <summary>Binds the parameters, sets the tensors, and refuses what no operation can run on.</summary>
    /// <param name="parameters">A JSON object with members that the signature knows.</param>
    /// <param name="tensors">By the index of the signature's inputs; null for one left out.</param>
    /// <exception cref="BodyException">A parameter of the wrong type or value, or a required member left out.</exception>
    public OperationRequest Assemble(ReadOnlySpan<byte> parameters, ReadOnlySpan<Tensor?> tensors)
    {
        OperationRequest request = Bind(parameters);
        IReadOnlyList<InputMember> inputs = operation.Signature.Inputs;
        for (int i = 0; i < inputs.Count; i++)
        {
            if (tensors[i] is { } tensor)
            {
                CheckAxes(tensor.Shape, inputs[i].Name);
                inputs[i].Set(request, tensor);
            }
            else if (inputs[i].IsRequired)
            {
                throw new BodyException(inputs[i].Name, $"{inputs[i].Name} is required and was left out: {inputs[i].Description}", 422);
            }
        }

        CheckWords(request);
        if (request is DifferentiableRequest { Gradients: { } gradients })
        {
            CheckNames(gradients);
        }

        return request;
    }

    // As NumPy: nothing that an operation makes of some axes of an empty tensor may overflow either.
    private static void CheckAxes(Shape shape, string name)
    {
        long product = 1;
        foreach (int length in shape.Lengths)
        {
            product = Math.Min(product * Math.Max(1, length), int.MaxValue + 1L);
        }

        if (product > int.MaxValue)
        {
            throw new BodyException(name, $"Shape {shape} was found: it has no elements, but its axes of other lengths than 0 may have {int.MaxValue} at most between them.", BodyException.Senseless);
        }
    }

    private OperationRequest Bind(ReadOnlySpan<byte> parameters)
    {
        try
        {
            return (OperationRequest)JsonSerializer.Deserialize(parameters, _type)!;
        }
        catch (JsonException exception)
        {
            throw Explain(exception, parameters.ToArray());
        }
    }

    private void CheckWords(OperationRequest request)
    {
        foreach (ParameterMember parameter in _steps)
        {
            if (parameter.Get(request) is Steps { Word: { } word } && parameter.Values?.Contains(word) != true)
            {
                throw new BodyException(parameter.Name, $"{JsonSerializer.Serialize(JsonText.Quote(word))} was found; expected {Expected(parameter)}.", 422);
            }
        }
    }

    // A null in a list is let through by whoever binds it.
    private static string Shown(string? name) => name is null ? "null" : $"\"{JsonText.Quote(name)}\"";

    private void CheckNames(IReadOnlyList<string> gradients)
    {
        IReadOnlyList<InputMember> differentiable = operation.Signature.Differentiable;
        for (int i = 0; i < gradients.Count; i++)
        {
            if (!differentiable.Any(input => input.Name == gradients[i]))
            {
                string allowed = string.Join(", ", differentiable.Select(input => input.Name));
                throw new BodyException(
                    $"gradients[{i}]",
                    $"{Shown(gradients[i])} is not an input with a gradient; {operation.Name} has gradients by: {allowed}.",
                    422);
            }
        }
    }

    private BodyException Explain(JsonException exception, byte[] parameters)
    {
        string path = exception.Path is { Length: > 2 } found && found[0] == '$' ? found[2..] : "$";
        string name = path.Split('.', '[')[0];
        ParameterMember? parameter = operation.Signature.Parameters.FirstOrDefault(candidate => candidate.Name == name);
        if (parameter is null)
        {
            ParameterMember? missing = operation.Signature.Parameters.FirstOrDefault(candidate =>
                candidate.IsRequired && exception.Message.Contains($"'{candidate.Name}'", StringComparison.Ordinal));
            return missing is not null
                ? new BodyException(missing.Name, $"{missing.Name} is required and was left out: {missing.Description}", 422)
                : new BodyException(path, exception.Message, 400);
        }

        using JsonDocument document = JsonDocument.Parse(parameters);
        JsonElement value = document.RootElement.GetProperty(name);
        string text = value.GetRawText();
        if (text.Length > 60)
        {
            text = text[..57] + "...";
        }

        if (parameter.ValueType.IsEnum && parameter.Values is { } values)
        {
            string hint = value.ValueKind == JsonValueKind.String && NearestName.Among(values, value.GetString()!, ValueAliases.All) is { } near
                ? $" Did you mean \"{near}\"?"
                : string.Empty;
            return new BodyException(
                path,
                $"{text} was found; expected one of {string.Join(", ", values.Select(option => $"\"{option}\""))}.{hint}",
                value.ValueKind == JsonValueKind.String ? 422 : 400);
        }

        bool outOfRange = parameter.Type == "integer" && value.ValueKind == JsonValueKind.Number && !text.AsSpan().ContainsAny(".eE");
        return new BodyException(path, $"{text} was found; expected {Expected(parameter)}.", outOfRange ? BodyException.Senseless : BodyException.Malformed);
    }

    private static string Expected(ParameterMember parameter)
    {
        string words = parameter.Values is { } values ? $", or {string.Join(" or ", values.Select(value => $"\"{value}\""))}" : string.Empty;
        return parameter.Type switch
        {
            _ when parameter.ValueType == typeof(Steps) => $"an integer or a list of integers{words}",
            "integer" => Integer(parameter),
            "number" => "a number",
            "boolean" => "true or false",
            "array" => "a list of names in quotes",
            _ => "text in quotes",
        };
    }

    private static string Integer(ParameterMember parameter)
    {
        (long least, long most) = parameter.ValueType == typeof(long) ? (long.MinValue, long.MaxValue) : (int.MinValue, int.MaxValue);
        if (parameter.Range is { } range)
        {
            double minimum = Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture);
            double maximum = Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture);
            least = minimum > least ? (long)minimum : least;
            most = maximum < most ? (long)maximum : most;
        }

        return string.Create(CultureInfo.InvariantCulture, $"an integer from {least} to {most}");
    }
}
