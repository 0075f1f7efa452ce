using GradService.Numerics;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>The bytes behind the JSON part of a body, dealt out to the binary inputs in the order in which they stand there.</summary>
/// <param name="bytes">The bytes; null where the body is JSON to its end.</param>
internal sealed class BinaryTail(Memory<byte>? bytes)
{
    private int _taken;

    /// <summary>Whether any was dealt out.</summary>
    public bool IsUsed { get; private set; }

    /// <summary>Deals out the bytes of one input.</summary>
    /// <param name="name">The input.</param>
    /// <param name="size">The bytes that it announces.</param>
    /// <param name="path">Where it announces them.</param>
    /// <exception cref="BodyException">There are not so many left.</exception>
    public Memory<byte> Take(string name, long size, string path)
    {
        if (bytes is not { } all)
        {
            throw new BodyException(
                path,
                $"Input '{name}' has a binary_data_size, and the request has no header {InferenceHeaders.JsonLength} to say where the JSON ends and the tensors begin.",
                BodyException.Malformed);
        }

        int left = all.Length - _taken;
        if (size > left)
        {
            throw new BodyException(path, $"Input '{name}': expected {Quantity.Of(size, "byte", "bytes")} of binary data, received {left}, which is what is left of the body.", BodyException.Malformed);
        }

        IsUsed = true;
        _taken += (int)size;
        return all.Slice(_taken - (int)size, (int)size);
    }

    /// <summary>Checks that nothing is left over.</summary>
    /// <exception cref="BodyException">Something is.</exception>
    public void Finish()
    {
        if (bytes is { } all && _taken < all.Length)
        {
            throw new BodyException(
                "$",
                $"The body goes on for {Quantity.Of(all.Length - _taken, "byte", "bytes")} behind its JSON and the binary data of its inputs: check {InferenceHeaders.JsonLength} and each binary_data_size.",
                BodyException.Malformed);
        }
    }
}
