using System.Text.Json;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Fuzzing.Targets;

/// <summary>The scanner of JSON numbers against System.Text.Json: what it reads must be JSON, and the same numbers.</summary>
internal static class ScannerTarget
{
    private static readonly MemberTable Members = new([new Member("x", TensorKind.Floating)]);

    public static void Read(byte[] bytes)
    {
        byte[] body = [.. "{\"x\":"u8, .. bytes, .. "}"u8];
        using TensorScope scope = FuzzTarget.Memory();
        ScannedBody scanned = BodyScanner.Scan(body, Members, scope, WireLimits.Default, ElementType.FP64);
        using JsonDocument document = JsonDocument.Parse(body);
        JsonElement value = document.RootElement.GetProperty("x");
        if (scanned.Tensors[0] is not Tensor<double> tensor || value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Number))
        {
            return;
        }

        int at = 0;
        foreach (double expected in Numbers(value))
        {
            if (at >= tensor.Length || BitConverter.DoubleToInt64Bits(tensor.Span[at]) != BitConverter.DoubleToInt64Bits(expected))
            {
                throw new InvalidOperationException($"Number {at} should be {expected:R}.");
            }

            at++;
        }

        if (at != tensor.Length)
        {
            throw new InvalidOperationException($"{tensor.Length} numbers were read; there are {at}.");
        }
    }

    private static IEnumerable<double> Numbers(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Numbers),
        JsonValueKind.Number => [value.GetDouble()],
        _ => [value.GetString() switch { "Infinity" => double.PositiveInfinity, "-Infinity" => double.NegativeInfinity, _ => double.NaN }],
    };
}
