using GradService.Operations;

namespace GradService.Hosting.Access;

/// <summary>What a route asks of a caller where keys or tokens are configured: endpoint metadata. A route without it is closed.</summary>
/// <param name="IsOpen">Whether it answers anybody.</param>
/// <param name="Scope">The scope that the key must have; none for any key. By request, where one address leads to different things.</param>
internal sealed record Needs(bool IsOpen, Func<HttpContext, Scopes> Scope)
{
    /// <summary>Nothing: health, and what only explains.</summary>
    public static Needs Nothing { get; } = new(true, _ => Scopes.None);

    /// <summary>Any key or token.</summary>
    public static Needs AnyKey { get; } = new(false, _ => Scopes.None);

    /// <summary>Whether a key without the right scope is refused.</summary>
    public bool AsksForAScope => !IsOpen && this != AnyKey;

    /// <summary>The scope that goes with the model in the address: operations and exported models are asked for alike.</summary>
    public static Needs ScopeOfItsModel(OperationCatalog operations) =>
        new(false, context => operations.ByModel((string)context.GetRouteValue("model")!) is null ? Scopes.ModelsRun : Scopes.Compute);

    /// <summary>For a route that nobody thought of: whoever may do the most.</summary>
    public static Needs TheMost { get; } = Of(Scopes.ModelsAdmin);

    /// <summary>A key or token of a scope.</summary>
    public static Needs Of(Scopes scope) => new(false, _ => scope);
}
