using System.Numerics;
using GradService.Catalog;
using GradService.Numerics;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Policy;

/// <summary>States and parameters of a linear softmax policy, checked against each other.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class PolicyOperands<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public PolicyOperands(Tensor states, Tensor theta, Tensor? actionMask, Evaluation run)
    {
        Require.Rank(states.Shape, "states", 1, 2, "a batch of states [B, S] or one state [S]");
        Require.Rank(theta.Shape, "theta", 2, 2, "[S, A], one column of weights for each action");
        Batch = states.Shape.Without(-1);
        Features = theta.Shape[0];
        Actions = theta.Shape[1];
        Require.Shape(states.Shape, "states", Batch.Append(Features), $"as theta {theta.Shape} has {Quantity.Of(Features, "row", "rows")}, one for each feature of a state");
        States = run.Floats<T>(states);
        Theta = run.Floats<T>(theta);
        if (actionMask is not null)
        {
            Require.BroadcastsTo(actionMask.Shape, "actionMask", Batch.Append(Actions), "one flag for each action of each state");
            ActionMask = ((Tensor<bool>)actionMask).BroadcastTo(Batch.Append(Actions), run.Scope);
        }
    }

    /// <summary>The shape of the batch: [B], or [] for one state.</summary>
    public Shape Batch { get; }

    public int Features { get; }

    public int Actions { get; }

    public Tensor<T> States { get; }

    public Tensor<T> Theta { get; }

    public Tensor<bool>? ActionMask { get; }

    /// <summary>The shape of one number for each action of each state.</summary>
    public Shape PerAction => Batch.Append(Actions);
}
