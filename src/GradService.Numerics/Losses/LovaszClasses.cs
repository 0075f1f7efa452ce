namespace GradService.Numerics.Losses;

/// <summary>Which classes the Lovasz-softmax loss averages over.</summary>
public enum LovaszClasses
{
    /// <summary>Those that are in the labels (of the image, where images are taken one by one).</summary>
    Present,

    /// <summary>All: a class that is nowhere in the labels has the largest probability given to it as its loss.</summary>
    All,
}
