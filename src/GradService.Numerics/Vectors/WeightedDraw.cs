namespace GradService.Numerics.Vectors;

/// <summary>Draws indices with probability proportional to weights that change between draws: sums of blocks spare walking all of them.</summary>
internal readonly ref struct WeightedDraw
{
    private const int Block = 1024;

    private readonly Span<double> _weights;
    private readonly double[] _sums;

    /// <summary>Starts from weights, each finite and at least 0.</summary>
    public WeightedDraw(Span<double> weights)
    {
        _weights = weights;
        _sums = new double[Chunks.Count(weights.Length, Block)];
        for (int block = 0; block < _sums.Length; block++)
        {
            AddUp(block);
        }
    }

    /// <summary>The first index whose cumulative weight exceeds a share of the total; -1 where the total is 0.</summary>
    /// <param name="share">From [0, 1).</param>
    public int Next(double share)
    {
        double total = 0;
        foreach (double sum in _sums)
        {
            total += sum;
        }

        double left = share * total;
        int last = -1;
        for (int block = 0; block < _sums.Length; block++)
        {
            if (_sums[block] == 0)
            {
                continue;
            }

            if (left >= _sums[block])
            {
                left -= _sums[block];
                last = block;
                continue;
            }

            return Within(block, left);
        }

        // A share just below the total may round to it.
        return last < 0 ? -1 : Within(last, double.PositiveInfinity);
    }

    /// <summary>Sets a weight to 0.</summary>
    public void Take(int index)
    {
        _weights[index] = 0;
        AddUp(index / Block);
    }

    private int Within(int block, double left)
    {
        int end = Math.Min(_weights.Length, (block + 1) * Block);
        int last = -1;
        for (int i = block * Block; i < end; i++)
        {
            if (_weights[i] == 0)
            {
                continue;
            }

            last = i;
            if (left < _weights[i])
            {
                return i;
            }

            left -= _weights[i];
        }

        return last;
    }

    private void AddUp(int block)
    {
        double sum = 0;
        int end = Math.Min(_weights.Length, (block + 1) * Block);
        for (int i = block * Block; i < end; i++)
        {
            sum += _weights[i];
        }

        _sums[block] = sum;
    }
}
