using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;

namespace GradService.OpenApi;

/// <summary>A part of the document that does not depend on the catalogue, written as OpenAPI itself and embedded in the assembly.</summary>
internal sealed class Fragment
{
    private readonly string _text;
    private readonly string _name;

    private Fragment(string name, string text)
    {
        _name = name;
        _text = text;
    }

    /// <summary>Reads an embedded fragment.</summary>
    /// <param name="name">Its file's name in <c>OpenApi/Fragments</c>, without extension.</param>
    public static Fragment Read(string name)
    {
        using Stream stream = typeof(Fragment).Assembly.GetManifestResourceStream($"GradService.OpenApi.Fragments.{name}.json")
            ?? throw new InvalidOperationException($"There is no embedded fragment {name}.json.");
        using var reader = new StreamReader(stream);
        return new Fragment(name, reader.ReadToEnd());
    }

    /// <summary>Adds the fragment's tags, paths and components to a document.</summary>
    /// <exception cref="InvalidOperationException">The fragment is not OpenAPI, or the document already has one of its paths or components.</exception>
    public void AddTo(OpenApiDocument document)
    {
        ReadResult result = OpenApiDocument.Parse(_text, OpenApiConstants.Json);
        if (result.Document is not { } fragment || result.Diagnostic is { Errors.Count: > 0 })
        {
            throw new InvalidOperationException($"{_name}.json: {string.Join(" ", result.Diagnostic?.Errors.Select(error => $"{error.Pointer}: {error.Message}") ?? [])}");
        }

        document.Tags ??= new HashSet<OpenApiTag>();
        foreach (OpenApiTag tag in fragment.Tags ?? new HashSet<OpenApiTag>())
        {
            document.Tags.Add(tag);
        }

        foreach ((string path, IOpenApiPathItem item) in fragment.Paths)
        {
            document.Paths.Add(path, item);
        }

        foreach ((string name, IOpenApiSchema schema) in fragment.Components?.Schemas ?? new Dictionary<string, IOpenApiSchema>())
        {
            document.AddSchema(name, schema);
        }

        foreach ((string name, IOpenApiResponse response) in fragment.Components?.Responses ?? new Dictionary<string, IOpenApiResponse>())
        {
            document.AddComponent(name, response);
        }

        foreach ((string name, IOpenApiHeader header) in fragment.Components?.Headers ?? new Dictionary<string, IOpenApiHeader>())
        {
            document.AddComponent(name, header);
        }

        foreach ((string name, IOpenApiParameter parameter) in fragment.Components?.Parameters ?? new Dictionary<string, IOpenApiParameter>())
        {
            document.AddComponent(name, parameter);
        }
    }
}
