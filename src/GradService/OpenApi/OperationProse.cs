using System.Text;
using GradService.Catalog;

namespace GradService.OpenApi;

/// <summary>What the doc comments say of an operation, as Markdown.</summary>
internal static class OperationProse
{
    /// <summary>The first sentence of the summary, without its full stop: a line in a list.</summary>
    public static string Title(Operation operation)
    {
        string summary = XmlDocumentation.Of(operation.GetType()).Summary;
        return summary[..EndOfTitle(summary)];
    }

    /// <summary>An address as an identifier: <c>losses/cross-entropy</c> is <c>lossesCrossEntropy</c>. Makers of clients name their methods by it.</summary>
    public static string Identifier(string name)
    {
        string[] words = name.Split('/', '-');
        return words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }

    /// <summary>The rest, but for the derivation, which has a page of its own in the catalogue.</summary>
    public static string Description(Operation operation)
    {
        XmlDocumentation prose = XmlDocumentation.Of(operation.GetType());
        var text = new StringBuilder(prose.Summary[EndOfTitle(prose.Summary)..].TrimStart('.', ' '));
        text.Append("\n\n").Append(prose.Remarks);

        if (prose.Formulas.Count > 0)
        {
            text.Append("\n\n**Formulas**\n");
            foreach ((string name, string formula) in prose.Formulas)
            {
                text.Append($"\n`{name}`\n\n```text\n{string.Join('\n', formula.Split(';', StringSplitOptions.TrimEntries))}\n```\n");
            }
        }

        if (prose.References.Count > 0)
        {
            text.Append("\n\n**References**\n");
            foreach (string reference in prose.References)
            {
                text.Append($"\n- {reference}");
            }
        }

        string derivation = prose.Derivation.Count > 0 ? "the derivation step by step and " : string.Empty;
        text.Append($"\n\nThe [catalogue entry](/v1/operations/{operation.Name}) has {derivation}a worked example. ")
            .Append($"Over the Open Inference Protocol the operation is the model `{operation.Model}`.");
        return text.ToString().TrimStart();
    }

    private static int EndOfTitle(string summary)
    {
        int end = summary.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? summary.TrimEnd('.').Length : end;
    }
}
