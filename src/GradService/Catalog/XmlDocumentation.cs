using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using GradService.Numerics;

namespace GradService.Catalog;

/// <summary>The doc comments of the source, as the compiler wrote them beside the assemblies: the one place where prose is kept.</summary>
public sealed partial class XmlDocumentation
{
    private static readonly Lazy<IReadOnlyDictionary<string, XElement>> Members = new(Load);

    private readonly XElement? _member;

    private XmlDocumentation(XElement? member) => _member = member;

    /// <summary>What a member or type does, in a sentence or two.</summary>
    public string Summary => Text(_member?.Element("summary"));

    /// <summary>All there is to say: the paragraphs of the remarks.</summary>
    public string Remarks => string.Join("\n\n", Paragraphs(_member?.Element("remarks")));

    /// <summary>Formulas by the name of what they compute: <c>loss</c>, <c>grad_logits</c>.</summary>
    public IReadOnlyList<(string Name, string Text)> Formulas =>
        [.. Elements("formula").Select(formula => ((string)formula.Attribute("name")!, Text(formula)))];

    /// <summary>The derivation, step by step.</summary>
    public IReadOnlyList<(string Text, string Latex)> Derivation =>
        [.. (_member?.Element("derivation")?.Elements("step") ?? []).Select(step => (Text(step), (string?)step.Attribute("latex") ?? string.Empty))];

    /// <summary>Papers, sections and libraries whose semantics are followed.</summary>
    public IReadOnlyList<string> References => [.. Elements("reference").Select(Text)];

    /// <summary>The documentation of a type.</summary>
    /// <param name="type">A type of one of the service's assemblies.</param>
    public static XmlDocumentation Of(Type type) => Of($"T:{type.FullName!.Replace('+', '.')}");

    /// <summary>The documentation of a property, on the type that declares it.</summary>
    /// <param name="property">A property of one of the service's types.</param>
    public static XmlDocumentation Of(PropertyInfo property) => Of($"P:{property.DeclaringType!.FullName}.{property.Name}");

    /// <summary>The documentation of an enum value.</summary>
    /// <param name="type">An enum.</param>
    /// <param name="value">The C# name of one of its values.</param>
    public static XmlDocumentation Of(Type type, string value) => Of($"F:{type.FullName}.{value}");

    private static XmlDocumentation Of(string id) => new(Members.Value.GetValueOrDefault(id));

    private static Dictionary<string, XElement> Load()
    {
        Assembly[] assemblies = [typeof(XmlDocumentation).Assembly, typeof(OperandException).Assembly];
        return assemblies
            .Select(assembly => Path.ChangeExtension(assembly.Location, ".xml"))
            .SelectMany(path => XDocument.Load(path).Descendants("member"))
            .ToDictionary(member => (string)member.Attribute("name")!);
    }

    private IEnumerable<XElement> Elements(string name) => _member?.Elements(name) ?? [];

    private static IEnumerable<string> Paragraphs(XElement? element)
    {
        if (element is null)
        {
            return [];
        }

        return element.Elements("para").Any() ? element.Elements("para").Select(Text) : [Text(element)];
    }

    private static string Text(XElement? element) =>
        element is null ? string.Empty : Spaces().Replace(string.Concat(element.Nodes().Select(Inline)), " ").Trim();

    private static string Inline(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "paramref" } parameter => $"`{(string?)parameter.Attribute("name")}`",
        XElement { Name.LocalName: "see" } see => (string?)see.Attribute("langword") ?? $"`{((string?)see.Attribute("cref") ?? string.Empty).Split('.').Last()}`",
        XElement other => string.Concat(other.Nodes().Select(Inline)),
        _ => string.Empty,
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
