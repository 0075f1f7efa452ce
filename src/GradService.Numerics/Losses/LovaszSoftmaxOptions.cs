namespace GradService.Numerics.Losses;

/// <summary>The choices of <see cref="LovaszSoftmax"/>.</summary>
public sealed record LovaszSoftmaxOptions
{
    /// <summary>Which classes are averaged over.</summary>
    public LovaszClasses Classes { get; init; } = LovaszClasses.Present;

    /// <summary>Into how many equal runs of elements, images, the elements are parted, each with a loss of its own; at least 0. 1 takes the batch as one.</summary>
    public int Images { get; init; } = 1;

    /// <summary>The label of elements to leave out; any integer, inside the classes or not.</summary>
    public int IgnoreIndex { get; init; } = -100;
}
