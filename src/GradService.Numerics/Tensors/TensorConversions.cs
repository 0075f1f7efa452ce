using System.Globalization;
using System.Numerics;

namespace GradService.Numerics.Tensors;

/// <summary>Reads a tensor as elements of another type: itself where it already is of that type, else a converted copy.</summary>
public static class TensorConversions
{
    /// <summary>The tensor's elements as floats or doubles, each rounded to nearest.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="tensor">A tensor of numbers or booleans.</param>
    /// <param name="scope">What a copy is rented from.</param>
    /// <param name="operand">The parameter name of the tensor, for errors.</param>
    /// <exception cref="OperandException">The tensor is of BYTES.</exception>
    public static Tensor<T> ToFloating<T>(this Tensor tensor, TensorScope scope, string operand)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => tensor switch
        {
            Tensor<T> same => same,
            Tensor<float> floats => Convert<float, T>(floats, scope, T.CreateTruncating),
            Tensor<double> doubles => Convert<double, T>(doubles, scope, T.CreateTruncating),
            Tensor<Half> halves => Convert<Half, T>(halves, scope, T.CreateTruncating),
            Tensor<BFloat16> brains => Convert<BFloat16, T>(brains, scope, static value => T.CreateTruncating((float)value)),
            Tensor<bool> flags => Convert<bool, T>(flags, scope, static value => value ? T.One : T.Zero),
            Tensor<int> integers => Convert<int, T>(integers, scope, T.CreateTruncating),
            Tensor<long> integers => Convert<long, T>(integers, scope, T.CreateTruncating),
            Tensor<byte> integers => Convert<byte, T>(integers, scope, T.CreateTruncating),
            Tensor<sbyte> integers => Convert<sbyte, T>(integers, scope, T.CreateTruncating),
            Tensor<short> integers => Convert<short, T>(integers, scope, T.CreateTruncating),
            Tensor<ushort> integers => Convert<ushort, T>(integers, scope, T.CreateTruncating),
            Tensor<uint> integers => Convert<uint, T>(integers, scope, T.CreateTruncating),
            Tensor<ulong> integers => Convert<ulong, T>(integers, scope, T.CreateTruncating),
            _ => throw new OperandException(operand, $"{tensor.ElementType} was found; expected numbers."),
        };

    /// <summary>The tensor's elements as integers, such as class indices. Whole floats (<c>1.0</c>) are integers.</summary>
    /// <typeparam name="TInteger">int or long.</typeparam>
    /// <param name="tensor">A tensor of numbers or booleans.</param>
    /// <param name="scope">What a copy is rented from.</param>
    /// <param name="operand">The parameter name of the tensor, for errors.</param>
    /// <exception cref="OperandException">An element is not whole, or whole by rounding alone, or out of the type's range; the first such is named.</exception>
    public static Tensor<TInteger> ToIntegers<TInteger>(this Tensor tensor, TensorScope scope, string operand)
        where TInteger : unmanaged, IBinaryInteger<TInteger>, IMinMaxValue<TInteger> => tensor switch
        {
            Tensor<TInteger> same => same,
            Tensor<float> floats => Whole<float, TInteger>(floats, scope, operand),
            Tensor<double> doubles => Whole<double, TInteger>(doubles, scope, operand),
            Tensor<Half> halves => Whole<Half, TInteger>(halves, scope, operand),
            Tensor<BFloat16> brains => Whole<float, TInteger>(brains.ToFloating<float>(scope, operand), scope, operand),
            Tensor<bool> flags => Convert<bool, TInteger>(flags, scope, static value => value ? TInteger.One : TInteger.Zero),
            Tensor<byte> integers => Convert<byte, TInteger>(integers, scope, TInteger.CreateTruncating),
            Tensor<sbyte> integers => Convert<sbyte, TInteger>(integers, scope, TInteger.CreateTruncating),
            Tensor<short> integers => Convert<short, TInteger>(integers, scope, TInteger.CreateTruncating),
            Tensor<ushort> integers => Convert<ushort, TInteger>(integers, scope, TInteger.CreateTruncating),
            Tensor<int> integers => Convert<int, TInteger>(integers, scope, TInteger.CreateTruncating),
            Tensor<long> integers => Whole<long, TInteger>(integers, scope, operand),
            Tensor<uint> integers => Whole<uint, TInteger>(integers, scope, operand),
            Tensor<ulong> integers => Whole<ulong, TInteger>(integers, scope, operand),
            _ => throw new OperandException(operand, $"{tensor.ElementType} was found; expected integers."),
        };

    /// <summary>The tensor repeated along its axes of length 1 until it has the target shape; itself where it already has.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="tensor">A tensor whose shape broadcasts to the target.</param>
    /// <param name="target">The shape wanted.</param>
    /// <param name="scope">What a copy is rented from.</param>
    public static Tensor<T> BroadcastTo<T>(this Tensor<T> tensor, Shape target, TensorScope scope)
        where T : unmanaged
    {
        if (tensor.Shape == target)
        {
            return tensor;
        }

        Tensor<T> copy = scope.Rent<T>(target);
        Span<int> steps = stackalloc int[target.Rank];
        int step = 1;
        for (int axis = 1; axis <= tensor.Shape.Rank; axis++)
        {
            int length = tensor.Shape[^axis];
            steps[^axis] = length == 1 ? 0 : step;
            step *= length;
        }

        Span<int> index = stackalloc int[target.Rank];
        index.Clear();
        ReadOnlySpan<T> source = tensor.Span;
        Span<T> destination = copy.Span;
        int from = 0;
        for (int to = 0; to < destination.Length; to++)
        {
            destination[to] = source[from];
            for (int axis = target.Rank - 1; axis >= 0; axis--)
            {
                from += steps[axis];
                if (++index[axis] < target[axis])
                {
                    break;
                }

                from -= steps[axis] * target[axis];
                index[axis] = 0;
            }
        }

        return copy;
    }

    /// <summary>The elements, or an empty span where there is no tensor.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="tensor">A tensor, or null.</param>
    public static Span<T> SpanOrEmpty<T>(this Tensor<T>? tensor)
        where T : unmanaged => tensor is null ? default : tensor.Span;

    private static Tensor<TTo> Convert<TFrom, TTo>(Tensor<TFrom> tensor, TensorScope scope, Func<TFrom, TTo> convert)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        Tensor<TTo> copy = scope.Rent<TTo>(tensor.Shape);
        ReadOnlySpan<TFrom> source = tensor.Span;
        Span<TTo> destination = copy.Span;
        for (int i = 0; i < source.Length; i++)
        {
            destination[i] = convert(source[i]);
        }

        return copy;
    }

    private static Tensor<TInteger> Whole<TFrom, TInteger>(Tensor<TFrom> tensor, TensorScope scope, string operand)
        where TFrom : unmanaged, INumber<TFrom>
        where TInteger : unmanaged, IBinaryInteger<TInteger>, IMinMaxValue<TInteger>
    {
        if (tensor.RoundedFraction >= 0)
        {
            throw new OperandException(
                operand, $"A number with a fraction was found, which is {tensor.Span[tensor.RoundedFraction].ToString(null, CultureInfo.InvariantCulture)} in {tensor.ElementType} by rounding alone; expected an integer.", tensor.RoundedFraction);
        }

        Tensor<TInteger> copy = scope.Rent<TInteger>(tensor.Shape);
        ReadOnlySpan<TFrom> source = tensor.Span;
        Span<TInteger> destination = copy.Span;
        for (int i = 0; i < source.Length; i++)
        {
            TFrom value = source[i];
            if (!TFrom.IsInteger(value))
            {
                throw new OperandException(operand, $"{value.ToString(null, CultureInfo.InvariantCulture)} was found; expected an integer.", i);
            }

            try
            {
                destination[i] = TInteger.CreateChecked(value);
            }
            catch (OverflowException)
            {
                throw new OperandException(
                    operand,
                    $"{value.ToString(null, CultureInfo.InvariantCulture)} was found; expected an integer from {TInteger.MinValue} to {TInteger.MaxValue}.",
                    i);
            }
        }

        return copy;
    }
}
