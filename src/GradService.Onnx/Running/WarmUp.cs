using GradService.Onnx.Repository;

namespace GradService.Onnx.Running;

/// <summary>Inputs of zeros for a model's first run.</summary>
internal static class WarmUp
{
    private const int PictureSide = 64;
    private const long MostElements = 1 << 22;

    /// <summary>Sets of inputs to try, the likeliest to be taken first. Of a model that leaves no length open there is only one, which it must take.</summary>
    public static IEnumerable<IReadOnlyList<ModelInput>> Inputs(ModelDescription model, ModelManifest? manifest)
    {
        if (IsFixed(model))
        {
            yield return [.. model.Inputs.Select(spec => Zeros(spec, [.. spec.Dimensions!]))];
            yield break;
        }

        int stride = manifest?.Stride ?? 1;
        int side = (PictureSide + stride - 1) / stride * stride;
        PictureSize size = manifest?.InputSize is { IsDynamic: false } told ? told : new PictureSize(side, side);
        yield return [.. model.Inputs.Select(spec => Zeros(spec, Open(spec, manifest?.Layout, size)))];
        yield return [.. model.Inputs.Select(spec => Zeros(spec, [.. (spec.Dimensions ?? [1]).Select(length => length < 0 ? 1 : length)]))];
    }

    /// <summary>Whether a model leaves no length of its inputs open.</summary>
    public static bool IsFixed(ModelDescription model) => model.Inputs.All(spec => spec.Dimensions is { } lengths && lengths.All(length => length >= 0));

    // Of four axes with open lengths the rows and columns are a picture's, whichever way the channels lie; any other open length is one.
    private static long[] Open(TensorSpec spec, PictureLayout? layout, PictureSize size)
    {
        long[] shape = [.. spec.Dimensions ?? [1]];
        bool channelsLast = layout == PictureLayout.NHWC || (layout is null && shape is [_, _, _, 1 or 3]);
        (int rows, int columns) = shape.Length != 4 ? (-1, -1) : channelsLast ? (1, 2) : (2, 3);
        for (int axis = 0; axis < shape.Length; axis++)
        {
            if (shape[axis] < 0)
            {
                shape[axis] = axis == rows ? size.Height : axis == columns ? size.Width : 1;
            }
        }

        return shape.Aggregate(1L, (elements, length) => Math.Min(MostElements + 1, elements * length)) <= MostElements
            ? shape
            : [.. (spec.Dimensions ?? [1]).Select(length => length < 0 ? 1 : length)];
    }

    private static ModelInput Zeros(TensorSpec spec, long[] shape)
    {
        long elements = shape.Aggregate(1L, (product, length) => checked(product * length));
        return spec.Datatype == TensorDatatype.BYTES
            ? new ModelInput(spec.Name, shape, [.. Enumerable.Repeat(ReadOnlyMemory<byte>.Empty, checked((int)elements))])
            : new ModelInput(spec.Name, spec.Datatype, shape, new byte[checked(elements * spec.Datatype.Size())]);
    }
}
