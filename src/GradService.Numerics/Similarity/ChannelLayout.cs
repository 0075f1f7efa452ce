namespace GradService.Numerics.Similarity;

/// <summary>Where the channels of pictures and feature maps lie.</summary>
public enum ChannelLayout
{
    /// <summary><c>[B, C, H, W]</c>, as PyTorch and ONNX have it.</summary>
    ChannelsFirst,

    /// <summary><c>[B, H, W, C]</c>, as TensorFlow and Keras have it. The kernel stays <c>[O, C / groups, kH, kW]</c>.</summary>
    ChannelsLast,
}
