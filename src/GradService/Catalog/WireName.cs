using System.Text.Json;

namespace GradService.Catalog;

/// <summary>How C# names are spelled on the wire: snake_case of the same words.</summary>
public static class WireName
{
    /// <summary>The wire's spelling of a C# name: <c>SampleWeight</c> and <c>sampleWeight</c> are <c>sample_weight</c>.</summary>
    /// <param name="name">A C# identifier.</param>
    public static string Of(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
