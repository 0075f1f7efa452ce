using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using GradService.Numerics.Tensors;

namespace GradService.Benchmarks.Contests;

/// <summary>Tensors in NumPy's file format, version 1.0: how contestants are given their operands and give their answers.</summary>
internal static partial class NpyFile
{
    private const int Preamble = 10;
    private const int Alignment = 64;

    /// <summary>Writes a tensor.</summary>
    public static void Write(string path, Tensor tensor)
    {
        string type = tensor.ElementType switch
        {
            ElementType.FP32 => "<f4",
            ElementType.FP64 => "<f8",
            ElementType.INT32 => "<i4",
            ElementType.INT64 => "<i8",
            ElementType.BOOL => "|b1",
            ElementType other => throw new ArgumentException($"{other} is not exchanged with peers.", nameof(tensor)),
        };
        string lengths = string.Concat(tensor.Shape.Lengths.ToArray().Select(length => string.Create(CultureInfo.InvariantCulture, $"{length}, ")));
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({lengths}), }}";
        int padded = ((Preamble + header.Length + 1 + Alignment - 1) / Alignment * Alignment) - Preamble;
        using FileStream file = File.Create(path);
        file.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)padded, (byte)(padded >> 8), .. Encoding.ASCII.GetBytes(header.PadRight(padded - 1) + "\n")]);
        file.Write(tensor.Bytes.Span);
    }

    /// <summary>Reads a tensor that <see cref="Write"/> or NumPy wrote.</summary>
    public static Tensor Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int begin = Preamble + bytes[8] + (bytes[9] << 8);
        string header = Encoding.ASCII.GetString(bytes, Preamble, begin - Preamble);
        if (header.Contains("'fortran_order': True", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path} is in Fortran order.");
        }

        var shape = new Shape([.. Number().Matches(Lengths().Match(header).Value).Select(match => int.Parse(match.Value, CultureInfo.InvariantCulture))]);
        Memory<byte> elements = bytes.AsMemory(begin);
        return Descriptor().Match(header).Groups[1].Value switch
        {
            "<f4" => new Tensor<float>(shape, elements),
            "<f8" => new Tensor<double>(shape, elements),
            "<i4" => new Tensor<int>(shape, elements),
            "<i8" => new Tensor<long>(shape, elements),
            "|b1" => new Tensor<bool>(shape, elements),
            string other => throw new InvalidDataException($"{path} holds {other}."),
        };
    }

    [GeneratedRegex(@"'descr': '([^']+)'")]
    private static partial Regex Descriptor();

    [GeneratedRegex(@"'shape': \([^)]*\)")]
    private static partial Regex Lengths();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
