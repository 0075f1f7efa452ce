using GradService.Catalog;
using GradService.Wire;

namespace GradService.OpenApi;

/// <summary>What there is to say of a member, as Markdown: its doc comment, then shape, elements and the values of a choice.</summary>
internal static class MemberProse
{
    public static string Of(InputMember input, Signature signature)
    {
        string shape = input.Shape.StartsWith('[') ? $"Shape {Code(input.Shape)}"
            : signature.Objective is { } objective ? $"Shape of `{objective.Name}`, {Code(objective.Shape)}"
            : $"Shape: {input.Shape}";
        string gradient = input.Gradient is { } output ? $" Its gradient is `{output.Name}`." : string.Empty;
        return $"{input.Description}\n\n{shape}; {Elements(input.Kind)}.{gradient}";
    }

    public static string Of(ParameterMember parameter)
    {
        if (!parameter.ValueType.IsEnum)
        {
            return parameter.Description;
        }

        IEnumerable<string> values = Enum.GetNames(parameter.ValueType).Select(name =>
            $"- `{ParameterJson.EnumName(parameter.ValueType, name)}`: {XmlDocumentation.Of(parameter.ValueType, name).Summary}");
        return $"{parameter.Description}\n\n{string.Join('\n', values)}";
    }

    public static string Of(OutputMember output) => $"{output.Description}\n\nShape {Code(output.Shape)}; {Elements(output.Kind)}.";

    // "[B, S] or [S]" is two pieces of code.
    private static string Code(string shape) => $"`{shape.Replace(" or ", "` or `", StringComparison.Ordinal)}`";

    private static string Elements(TensorKind kind) => kind switch
    {
        TensorKind.Integer => "whole numbers",
        TensorKind.Number => "whole numbers or, where one has a fraction, numbers of the request's `dtype`",
        TensorKind.Bool => "`true` and `false`, or 1 and 0",
        _ => "numbers of the request's `dtype`",
    };
}
