namespace GradService.Numerics.Segmentation;

/// <summary>How the weight of a class follows from how often it occurs. A class that does not occur weighs 0 under each of them.</summary>
public enum ClassWeightMethod
{
    /// <summary>
    /// w_c = median(f) / f_c, where f_c is the pixels of class c over the pixels of the images in which c appears, and the median
    /// is that of the classes that occur. Source: Eigen and Fergus 2015.
    /// </summary>
    MedianFrequency,

    /// <summary>w_c = 1 / f_c = N / n_c, where f_c is the share of class c in all pixels.</summary>
    InverseFrequency,

    /// <summary>w_c = (1 - beta) / (1 - beta^n_c). Source: Cui, Jia, Lin, Song and Belongie 2019; they go on to scale the weights to sum to the number of classes.</summary>
    EffectiveNumber,

    /// <summary>
    /// w_c = N / (K n_c), where K counts the classes that occur, as scikit-learn's <c>compute_class_weight('balanced')</c> does:
    /// it knows the other classes only as an error, here they weigh 0.
    /// </summary>
    Balanced,
}
