using System.Text.RegularExpressions;

namespace GradService.Onnx.Running;

/// <summary>What ONNX Runtime says of a failure, for whoever sent the inputs: without its codes, source files and functions.</summary>
internal static partial class RuntimeMessage
{
    /// <summary>The sentence that says what did not fit, and at which kind of operator where it tells.</summary>
    /// <param name="message">The exception's message, such as <c>[ErrorCode:Fail] Non-zero status code returned while running Concat node. Name:'/Concat' Status Message: /src/concatbase.h:133 Status Prepare(...) const Axis 2 has mismatched dimensions</c>.</param>
    public static string Essence(string message)
    {
        string node = Node().Match(message) is { Success: true } match ? $"at a {match.Groups["type"].Value}: " : string.Empty;
        string rest = Source().Replace(Code().Replace(Node().Replace(message, string.Empty), string.Empty), string.Empty).Trim();
        return $"{node}{rest.TrimEnd('.')}.";
    }

    [GeneratedRegex(@"Non-zero status code returned while running (?<type>\w+) node\..*?Status Message: ", RegexOptions.Singleline)]
    private static partial Regex Node();

    [GeneratedRegex(@"^\[ErrorCode:\w+\] ")]
    private static partial Regex Code();

    // A file and its line, and the function up to the end of its parameters.
    [GeneratedRegex(@"\S+\.(cc|cpp|h|hpp|cu):\d+ [^()]*(\([^()]*\))?( const)? ?")]
    private static partial Regex Source();
}
