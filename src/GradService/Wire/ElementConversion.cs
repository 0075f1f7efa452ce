using System.Numerics;
using System.Runtime.InteropServices;
using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>Turns a tensor whose datatype the caller chose into one of the kind an operation asks for.</summary>
internal static class ElementConversion
{
    /// <summary>Converts where the kind asks for another element type; otherwise gives the tensor back as it is.</summary>
    /// <param name="tensor">Any tensor but BYTES.</param>
    /// <param name="kind">What elements are asked for.</param>
    /// <param name="floating">FP32 or FP64: what every float becomes, and under <see cref="TensorKind.Floating"/> every element.</param>
    /// <param name="scope">What the memory is rented from.</param>
    /// <param name="path">The tensor's JSON path, for errors.</param>
    /// <exception cref="BodyException">422: an element, or the datatype, cannot be what is asked for.</exception>
    public static Tensor To(Tensor tensor, TensorKind kind, ElementType floating, TensorScope scope, string path)
    {
        ElementType type = tensor.ElementType;
        if (kind == TensorKind.Floating || (kind == TensorKind.Number && type.IsFloating()))
        {
            return type == floating ? tensor
                : floating == ElementType.FP64 ? ToFloating<double>(tensor, scope, path) : ToFloating<float>(tensor, scope, path);
        }

        if (kind == TensorKind.Bool)
        {
            return type == ElementType.BOOL ? tensor : ToBool(tensor, scope, path);
        }

        if (tensor is Tensor<bool> flags)
        {
            // Where whole numbers are asked for, the same bytes are 0 and 1.
            Tensor<byte> numbers = scope.Rent<byte>(tensor.Shape);
            MemoryMarshal.AsBytes(flags.Span).CopyTo(numbers.Span);
            return numbers;
        }

        return type.IsInteger() ? tensor : throw new BodyException(path, $"Expected whole numbers, found {type}: send an integer datatype such as INT32.", BodyException.Senseless);
    }

    private static Tensor<T> ToFloating<T>(Tensor tensor, TensorScope scope, string path)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => tensor switch
        {
            Tensor<float> from => Each<float, T>(from, scope, path),
            Tensor<double> from => Each<double, T>(from, scope, path),
            Tensor<Half> from => Each<Half, T>(from, scope, path),
            Tensor<sbyte> from => Each<sbyte, T>(from, scope, path),
            Tensor<short> from => Each<short, T>(from, scope, path),
            Tensor<int> from => Each<int, T>(from, scope, path),
            Tensor<long> from => Each<long, T>(from, scope, path),
            Tensor<byte> from => Each<byte, T>(from, scope, path),
            Tensor<ushort> from => Each<ushort, T>(from, scope, path),
            Tensor<uint> from => Each<uint, T>(from, scope, path),
            Tensor<ulong> from => Each<ulong, T>(from, scope, path),
            Tensor<BFloat16> from => Widened<T>(from, scope),
            Tensor<bool> from => Each<byte, T>(new Tensor<byte>(from.Shape, MemoryMarshal.AsBytes(from.Span)), scope, path),
            _ => throw new BodyException(path, $"{tensor.ElementType} cannot be read as numbers.", BodyException.Senseless),
        };

    private static Tensor<TTo> Each<TFrom, TTo>(Tensor<TFrom> from, TensorScope scope, string path)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, IBinaryFloatingPointIeee754<TTo>
    {
        Tensor<TTo> to = scope.Rent<TTo>(from.Shape);
        ReadOnlySpan<TFrom> source = from.Span;
        Span<TTo> target = to.Span;
        for (int index = 0; index < source.Length; index++)
        {
            target[index] = TTo.CreateSaturating(source[index]);
            if (TTo.IsInfinity(target[index]) && !TFrom.IsInfinity(source[index]))
            {
                throw new BodyException(path, $"Element {index}, {source[index]}, is out of range for {to.ElementType}: send dtype FP64.", BodyException.Senseless);
            }
        }

        return to;
    }

    private static Tensor<T> Widened<T>(Tensor<BFloat16> from, TensorScope scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> to = scope.Rent<T>(from.Shape);
        ReadOnlySpan<BFloat16> source = from.Span;
        Span<T> target = to.Span;
        for (int index = 0; index < source.Length; index++)
        {
            target[index] = T.CreateTruncating(source[index].ToSingle());
        }

        return to;
    }

    private static Tensor<bool> ToBool(Tensor tensor, TensorScope scope, string path) => tensor switch
    {
        Tensor<sbyte> from => Truth(from, scope, path),
        Tensor<short> from => Truth(from, scope, path),
        Tensor<int> from => Truth(from, scope, path),
        Tensor<long> from => Truth(from, scope, path),
        Tensor<byte> from => Truth(from, scope, path),
        Tensor<ushort> from => Truth(from, scope, path),
        Tensor<uint> from => Truth(from, scope, path),
        Tensor<ulong> from => Truth(from, scope, path),
        _ => throw new BodyException(path, $"Expected BOOL, or whole numbers 0 and 1, found {tensor.ElementType}.", BodyException.Senseless),
    };

    private static Tensor<bool> Truth<T>(Tensor<T> from, TensorScope scope, string path)
        where T : unmanaged, IBinaryInteger<T>
    {
        Tensor<bool> to = scope.Rent<bool>(from.Shape);
        ReadOnlySpan<T> source = from.Span;
        Span<bool> target = to.Span;
        for (int index = 0; index < source.Length; index++)
        {
            target[index] = source[index] == T.One || (source[index] == T.Zero ? false : throw new BodyException(path, $"Element {index}, {source[index]}, is neither true (1) nor false (0).", BodyException.Senseless));
        }

        return to;
    }
}
