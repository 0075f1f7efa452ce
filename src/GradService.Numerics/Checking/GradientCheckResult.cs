namespace GradService.Numerics.Checking;

/// <summary>What a comparison of one input's analytic gradient with finite differences found.</summary>
/// <param name="Passed">Whether every position that was checked agrees, and at least one was (or the input is empty).</param>
/// <param name="MaxAbsoluteError">The largest |analytic - numeric| over the positions checked; +infinity where either side is NaN.</param>
/// <param name="MaxRelativeError">
/// The largest |analytic - numeric| over the largest of |analytic|, |numeric| there and the largest |analytic| of the whole input:
/// relative to the gradient, not to whichever of its elements happens to be near 0.
/// </param>
/// <param name="Position">The flat position of the difference that is largest beside what is allowed there, or -1 when nothing was checked.</param>
/// <param name="Analytic">The analytic gradient at that position; NaN when nothing was checked.</param>
/// <param name="Numeric">The finite difference at that position; NaN when nothing was checked.</param>
/// <param name="Checked">How many positions were compared.</param>
/// <param name="Elements">How many the input has.</param>
/// <param name="Kinks">At how many positions the objective has a kink, and the gradient agrees with a slope to one side or lies between those to both.</param>
/// <param name="FirstKink">The flat position of the first of these, or -1 where there are none.</param>
public sealed record GradientCheckResult(
    bool Passed,
    double MaxAbsoluteError,
    double MaxRelativeError,
    int Position,
    double Analytic,
    double Numeric,
    int Checked,
    int Elements,
    int Kinks,
    int FirstKink);
