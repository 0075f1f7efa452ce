using System.Globalization;

namespace GradService.Numerics.Policy;

/// <summary>The rule of the actions taken: each is one of the policy's, and allowed.</summary>
internal static class PolicyActions
{
    /// <summary>Refuses an action that the policy does not have or that is masked.</summary>
    public static void Check(ReadOnlySpan<int> actions, int actionCount, ReadOnlySpan<bool> actionMask)
    {
        for (int sample = 0; sample < actions.Length; sample++)
        {
            int action = actions[sample];
            if ((uint)action >= (uint)actionCount)
            {
                throw new OperandException(
                    nameof(actions),
                    string.Create(CultureInfo.InvariantCulture, $"{action} is not an action: theta has {Quantity.Numbered(actionCount, "action", "actions", "actions")}."),
                    sample);
            }

            if (!actionMask.IsEmpty && !actionMask[sample * actionCount + action])
            {
                throw new OperandException(
                    nameof(actions),
                    string.Create(CultureInfo.InvariantCulture, $"Action {action} is masked out in sample {sample}: its probability is 0, so its log-probability has no gradient."),
                    sample);
            }
        }
    }
}
