namespace GradService.Numerics.Classification;

/// <summary>The summed loss of a fit with its penalty, as a function of all parameters together.</summary>
internal sealed unsafe class LogisticObjective<T>(LogisticOperands<T> operands, double l2, double tolerance, Execution execution)
    where T : unmanaged
{
    // How small against the largest margin a margin of the wrong sign may be and still count as none: what rounding and the
    // last steps of a fit leave of a margin that is exactly 0.
    private const double NoMargin = 1e-6;

    public int Parameters => operands.Parameters;

    public int Rows => operands.Classifier.Rows;

    public int Width => operands.Width;

    public double TotalWeight { get; private set; }

    /// <summary>What the last evaluation added up.</summary>
    public LogisticSums Sums { get; private set; }

    /// <summary>Whether a parameter is penalised; only then is the loss curved along it whatever the samples are.</summary>
    public bool IsPenalised(int parameter) => l2 > 0 && !(operands.HasIntercept && parameter % Width == Width - 1);

    /// <summary>The value and, where there is room for them, its gradient and Hessian.</summary>
    public double Evaluate(ReadOnlySpan<double> theta, Span<double> gradient, Span<double> hessian)
    {
        fixed (double* model = theta, g = gradient, h = hessian)
        {
            Sums = LogisticPass.Run(operands, model, new LogisticOutputs<T> { Gradient = g, Hessian = h }, execution);
        }

        TotalWeight = Sums.Weight;
        double penalty = 0;
        for (int i = 0; i < theta.Length; i++)
        {
            if (IsPenalised(i))
            {
                penalty += theta[i] * theta[i];
                if (!gradient.IsEmpty)
                {
                    gradient[i] += l2 * theta[i];
                }

                if (!hessian.IsEmpty)
                {
                    hessian[(i * theta.Length) + i] += l2;
                }
            }
        }

        return Sums.Loss + (l2 / 2 * penalty);
    }

    /// <summary>Whether a gradient is as small as was asked for.</summary>
    public bool IsSmall(ReadOnlySpan<double> gradient)
    {
        double largest = 0;
        foreach (double element in gradient)
        {
            largest = Math.Max(largest, Math.Abs(element));
        }

        return largest <= tolerance * TotalWeight;
    }

    /// <summary>
    /// Whether the loss falls for ever along a direction: without a penalty, where it lowers no sample's margin and raises some. Such a
    /// direction exists exactly if the classes can be separated (A. Albert and J. A. Anderson, Biometrika 71, 1984).
    /// </summary>
    public bool FallsForEver(ReadOnlySpan<double> direction)
    {
        if (l2 > 0)
        {
            return false;
        }

        fixed (double* model = direction)
        {
            LogisticSums along = LogisticPass.Run(operands, model, new LogisticOutputs<T>(), execution);
            return along.GreatestMargin > 0 && along.LeastMargin >= -NoMargin * along.GreatestMargin;
        }
    }

    /// <summary>Whether the last model evaluated separates the classes, and there is no penalty to stop it from growing.</summary>
    public bool IsSeparated => l2 == 0 && Sums.LeastMargin > 0;
}
