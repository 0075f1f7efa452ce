using System.Globalization;
using System.Numerics;

namespace GradService.Numerics.Policy;

/// <summary>Discounted returns and generalized advantage estimates of a run of episodes laid end to end.</summary>
public static class Returns
{
    /// <summary>Computes G_t = r_t + gamma G_{t+1}, cut where a new episode starts.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="rewards">r, <c>[T]</c>: what followed the action of step t.</param>
    /// <param name="episodeStarts">True at the first step of each episode, <c>[T]</c>; empty for a single episode. The first step starts one in any case.</param>
    /// <param name="gamma">The discount, from 0 to 1.</param>
    /// <param name="bootstrapValue">The value of the state after the last step; 0 where the last episode has ended.</param>
    /// <param name="returns">Receives G, <c>[T]</c>.</param>
    /// <param name="discounts">In place of gamma, the discount of each step, <c>[T]</c>, from 0 (nothing follows it) to 1; empty for gamma.</param>
    /// <exception cref="OperandException">The lengths differ, a discount is out of range or the bootstrap value is not finite.</exception>
    /// <remarks>Computed backwards in FP64. Source: Sutton and Barto, Reinforcement Learning, 2nd edition 2018, equation 3.9.</remarks>
    public static void Discounted<T>(ReadOnlySpan<T> rewards, ReadOnlySpan<bool> episodeStarts, double gamma, double bootstrapValue, Span<T> returns, ReadOnlySpan<T> discounts = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckEpisodes(rewards.Length, episodeStarts.Length);
        CheckShare(gamma, nameof(gamma));
        CheckDiscounts(discounts, rewards.Length);
        CheckBootstrap(bootstrapValue);
        Destination.Check(returns.Length, rewards.Length, 1, nameof(returns));
        double after = bootstrapValue;
        for (int t = rewards.Length - 1; t >= 0; t--)
        {
            after = double.CreateTruncating(rewards[t]) + Discounted(after, discounts, gamma, t);
            returns[t] = T.CreateTruncating(after);
            after = Starts(episodeStarts, t) ? 0 : after;
        }
    }

    /// <summary>Computes generalized advantage estimates from values, and the returns that go with them.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="rewards">r, <c>[T]</c>.</param>
    /// <param name="values">V(s_t), <c>[T]</c>.</param>
    /// <param name="episodeStarts">True at the first step of each episode, <c>[T]</c>; empty for a single episode.</param>
    /// <param name="gamma">The discount, from 0 to 1.</param>
    /// <param name="lambda">From 0 (one-step differences: less variance, more bias) to 1 (returns minus values).</param>
    /// <param name="bootstrapValue">The value of the state after the last step; 0 where the last episode has ended.</param>
    /// <param name="advantages">Receives A, <c>[T]</c>.</param>
    /// <param name="returns">Receives A + V, <c>[T]</c>: the targets for a value function.</param>
    /// <param name="discounts">In place of gamma, the discount of each step, <c>[T]</c>, from 0 (nothing follows it) to 1; empty for gamma.</param>
    /// <exception cref="OperandException">The lengths differ, or gamma, lambda or the bootstrap value is out of range.</exception>
    /// <remarks>
    /// d_t = r_t + gamma V(s_{t+1}) - V(s_t); A_t = d_t + gamma lambda A_{t+1}; nothing follows the last step of an episode.
    /// Source: Schulman, Moritz, Levine, Jordan and Abbeel, High-Dimensional Continuous Control Using Generalized Advantage Estimation, 2016, equation 16.
    /// </remarks>
    public static void Generalized<T>(
        ReadOnlySpan<T> rewards,
        ReadOnlySpan<T> values,
        ReadOnlySpan<bool> episodeStarts,
        double gamma,
        double lambda,
        double bootstrapValue,
        Span<T> advantages,
        Span<T> returns,
        ReadOnlySpan<T> discounts = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckEpisodes(rewards.Length, episodeStarts.Length);
        CheckShare(gamma, nameof(gamma));
        CheckShare(lambda, nameof(lambda));
        CheckDiscounts(discounts, rewards.Length);
        CheckBootstrap(bootstrapValue);
        if (values.Length != rewards.Length)
        {
            throw new OperandException(nameof(values), $"{Quantity.Of(values.Length, "value was", "values were")} found; expected {rewards.Length}, one for each reward.");
        }

        Destination.Check(advantages.Length, rewards.Length, 1, nameof(advantages));
        Destination.Check(returns.Length, rewards.Length, 1, nameof(returns));
        double nextValue = bootstrapValue;
        double nextAdvantage = 0;
        for (int t = rewards.Length - 1; t >= 0; t--)
        {
            double value = double.CreateTruncating(values[t]);
            double difference = double.CreateTruncating(rewards[t]) + Discounted(nextValue, discounts, gamma, t) - value;
            double advantage = difference + Discounted(lambda * nextAdvantage, discounts, gamma, t);
            advantages[t] = T.CreateTruncating(advantage);
            returns[t] = T.CreateTruncating(advantage + value);
            (nextValue, nextAdvantage) = Starts(episodeStarts, t) ? (0, 0) : (value, advantage);
        }
    }

    // A discount of 0 in the list ends an episode: then what follows is not looked at, be it infinite.
    private static double Discounted<T>(double following, ReadOnlySpan<T> discounts, double gamma, int t)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        discounts.IsEmpty ? gamma * following
        : discounts[t] == T.Zero ? 0
        : double.CreateTruncating(discounts[t]) * following;

    private static void CheckDiscounts<T>(ReadOnlySpan<T> discounts, int steps)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!discounts.IsEmpty && discounts.Length != steps)
        {
            throw new OperandException(nameof(discounts), $"{discounts.Length} discounts were found; expected {steps}, one for each reward.");
        }

        for (int t = 0; t < discounts.Length; t++)
        {
            if (!(discounts[t] >= T.Zero && discounts[t] <= T.One))
            {
                throw new OperandException(nameof(discounts), $"{discounts[t].ToString(null, CultureInfo.InvariantCulture)} was found; expected a number from 0 to 1.", t);
            }
        }
    }

    private static bool Starts(ReadOnlySpan<bool> episodeStarts, int t) => !episodeStarts.IsEmpty && episodeStarts[t];

    private static void CheckEpisodes(int steps, int episodeStarts)
    {
        if (episodeStarts != 0 && episodeStarts != steps)
        {
            throw new OperandException("episodeStarts", $"{episodeStarts} flags were found; expected {steps}, one for each reward.");
        }
    }

    /// <summary>Refuses a discount outside 0 to 1, also where nothing is discounted.</summary>
    /// <param name="gamma">The discount.</param>
    /// <exception cref="OperandException">It is out of range.</exception>
    public static void CheckDiscount(double gamma) => CheckShare(gamma, nameof(gamma));

    /// <summary>Refuses a lambda outside 0 to 1, also where no values make use of it.</summary>
    /// <param name="lambda">What generalized advantage estimation decays by, beside gamma.</param>
    /// <exception cref="OperandException">It is out of range.</exception>
    public static void CheckLambda(double lambda) => CheckShare(lambda, nameof(lambda));

    private static void CheckShare(double value, string operand)
    {
        if (!(value >= 0 && value <= 1))
        {
            throw new OperandException(operand, string.Create(CultureInfo.InvariantCulture, $"{value} was found; expected a number from 0 to 1."));
        }
    }

    private static void CheckBootstrap(double bootstrapValue)
    {
        if (!double.IsFinite(bootstrapValue))
        {
            throw new OperandException(nameof(bootstrapValue), string.Create(CultureInfo.InvariantCulture, $"{bootstrapValue} was found; expected a finite number."));
        }
    }
}
