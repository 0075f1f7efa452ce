using GradService.Catalog;
using GradService.Numerics.Tensors;
using GradService.Operations;
using GradService.Operations.Losses;
using GradService.Wire;

namespace GradService.Models;

/// <summary>
/// The members of a request to <c>evaluate</c>: every input and parameter of <c>losses/cross-entropy</c> but the logits, which the model gives,
/// and two of its own.
/// </summary>
internal sealed class EvaluateMembers
{
    public const string Image = "image";
    public const string Labels = "labels";
    public const string Weight = "weight";
    public const string Gradients = "gradients";
    public const string IgnoreIndex = "ignore_index";
    public const string From = "from";
    public const string ReturnLogits = "return_logits";

    /// <summary>What the model gives.</summary>
    public const string Logits = "logits";

    /// <summary>Of a form: a JSON object of parameters.</summary>
    public const string Parameters = "parameters";

    public EvaluateMembers(OperationCatalog catalog)
    {
        Operation = catalog.All.OfType<CrossEntropyOperation>().Single();
        Table = new MemberTable(
            [
                new Wire.Member(Image, TensorKind.Integer),
                .. Operation.Signature.Inputs.Where(input => input.Name != Logits).Select(input => new Wire.Member(input.Name, input.Kind)),
                .. Operation.Signature.Parameters.Select(parameter => new Wire.Member(parameter.Name, null)),
                new Wire.Member(ReturnLogits, null),
            ],
            PictureAliases.All);
    }

    /// <summary>The operation that the loss and its gradient come from.</summary>
    public Operation Operation { get; }

    /// <summary>The image, the operation's inputs but the logits, its parameters, and what is evaluate's own.</summary>
    public MemberTable Table { get; }

    /// <summary>Puts the operation's tensors together in the order of its signature, with something in the place of the logits.</summary>
    /// <param name="scanned">The tensors by the index of their member in <see cref="Table"/>.</param>
    /// <param name="logits">What stands for the logits until the model has run.</param>
    public Tensor?[] InOrder(IReadOnlyList<Tensor?> scanned, Tensor logits)
    {
        int next = 1;
        return [.. Operation.Signature.Inputs.Select(input => input.Name == Logits ? logits : scanned[next++])];
    }

    /// <summary>The parameter of a name; null for a tensor, or none of the operation's.</summary>
    public ParameterMember? Parameter(string name) => Operation.Signature.Parameters.FirstOrDefault(parameter => parameter.Name == name);
}
