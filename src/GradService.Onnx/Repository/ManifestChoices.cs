namespace GradService.Onnx.Repository;

/// <summary>What a model is for.</summary>
public enum ModelTask
{
    /// <summary>A class for every pixel of a picture.</summary>
    Segmentation,
}

/// <summary>The order of the axes of pictures and of maps of scores.</summary>
public enum PictureLayout
{
    /// <summary>Batch, channel, row, column: PyTorch's.</summary>
    NCHW,

    /// <summary>Batch, row, column, channel: TensorFlow's.</summary>
    NHWC,
}

/// <summary>What the channels of a picture are.</summary>
public enum ColourOrder
{
    /// <summary>Red, green, blue.</summary>
    RGB,

    /// <summary>Blue, green, red: OpenCV's.</summary>
    BGR,

    /// <summary>One channel of grey.</summary>
    GREY,
}

/// <summary>How pictures are brought to the model's size.</summary>
public enum PictureResize
{
    /// <summary>Bilinear with half-pixel centres and no antialiasing: <c>torch.nn.functional.interpolate(mode="bilinear", align_corners=False)</c>.</summary>
    Bilinear,

    /// <summary>Bilinear with the filter widened when shrinking: PIL's, and torchvision's <c>Resize</c> of PIL pictures.</summary>
    BilinearAntialias,
}

/// <summary>What the values of the model's output are.</summary>
public enum OutputKind
{
    /// <summary>Unnormalised scores, one for each class.</summary>
    Logits,

    /// <summary>Probabilities, one for each class.</summary>
    Probabilities,

    /// <summary>One channel, foreground where its value is over the threshold.</summary>
    BinaryMask,
}
