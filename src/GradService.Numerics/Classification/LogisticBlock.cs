namespace GradService.Numerics.Classification;

/// <summary>Eight samples at work: what belongs to a row of the model lies class-major, eight lanes side by side.</summary>
/// <param name="samples">The samples in FP64, each followed by its 1 for the intercept, [8, width].</param>
/// <param name="scores">z, [rows, 8].</param>
/// <param name="probabilities">p, [rows, 8].</param>
/// <param name="complements">1 - p without cancellation, [rows, 8].</param>
/// <param name="maxima">The largest score, [8].</param>
/// <param name="losses">The loss of each sample, [8]; before the label is known, log(1 + the other exponentials).</param>
internal readonly unsafe struct LogisticBlock(double* samples, double* scores, double* probabilities, double* complements, double* maxima, double* losses)
{
    public double* Samples => samples;

    public double* Scores => scores;

    public double* Probabilities => probabilities;

    public double* Complements => complements;

    public double* Maxima => maxima;

    public double* Losses => losses;
}
