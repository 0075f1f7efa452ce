namespace GradService.Numerics.Selection;

/// <summary>
/// The sum, and the squared deviations from the mean, of the numbers that were sampled with each action and with any other: what the moments of
/// an estimate need, in one pass over the samples and one over the actions.
/// </summary>
internal sealed class ActionMoments
{
    private readonly Moments[] _own;
    private readonly Moments[] _before;
    private readonly Moments[] _after;

    /// <summary>Allots room for the actions.</summary>
    public ActionMoments(int actions) =>
        (_own, _before, _after) = (new Moments[actions], new Moments[actions + 1], new Moments[actions + 1]);

    /// <summary>Those of one action's numbers.</summary>
    public Moments Of(int action) => _own[action];

    /// <summary>Those of all other actions' numbers: never a difference, so that nothing cancels.</summary>
    public Moments ButOf(int action) => _before[action].With(_after[action + 1]);

    /// <summary>Reads the numbers and the action that each was sampled with.</summary>
    public void Read(ReadOnlySpan<double> numbers, ReadOnlySpan<int> actions)
    {
        Array.Clear(_own);
        for (int s = 0; s < numbers.Length; s++)
        {
            _own[actions[s]] = _own[actions[s]].With(numbers[s]);
        }

        for (int a = 0; a < _own.Length; a++)
        {
            _before[a + 1] = _before[a].With(_own[a]);
        }

        for (int a = _own.Length - 1; a >= 0; a--)
        {
            _after[a] = _own[a].With(_after[a + 1]);
        }
    }
}

/// <summary>
/// How many numbers there are, their sum, their mean, and the sum of their squared deviations from it (T. F. Chan, G. H. Golub and
/// R. J. LeVeque, 1983). The sum is kept beside the mean, as infinite numbers of one sign have a sum where differences from their mean are NaN.
/// </summary>
internal readonly record struct Moments(double Count, double Sum, double Mean, double Squares)
{
    /// <summary>With one number more.</summary>
    public Moments With(double number) => With(new Moments(1, number, number, 0));

    /// <summary>With other numbers.</summary>
    public Moments With(Moments other)
    {
        if (Count == 0 || other.Count == 0)
        {
            return Count == 0 ? other : this;
        }

        double count = Count + other.Count;
        double apart = other.Mean - Mean;
        return new Moments(count, Sum + other.Sum, Mean + (apart * other.Count / count), Squares + other.Squares + (apart * apart * Count * other.Count / count));
    }

    /// <summary>The sum of (factor x - centre)² over the numbers x.</summary>
    public double SquaresAround(double centre, double factor)
    {
        double apart = (factor * Mean) - centre;
        return (factor * factor * Squares) + (Count == 0 ? 0 : Count * apart * apart);
    }
}
