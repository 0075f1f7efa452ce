using System.Runtime.InteropServices;
using System.Text.Json;

namespace GradService.Benchmarks.Service;

/// <summary>The numbers of an answer, to compare two servers by.</summary>
internal static class HttpAnswer
{
    /// <summary>Asks once and reads the numbers: loss and gradient of JSON, all that is raw of a binary answer.</summary>
    public static double[] Numbers(int port, byte[] request, bool binary)
    {
        using var connection = new HttpConnection(port);
        using var body = new MemoryStream();
        connection.Exchange(request, body);
        if (connection.Status != 200)
        {
            throw new InvalidOperationException($"The server on port {port} answered {connection.Status}: {System.Text.Encoding.UTF8.GetString(body.ToArray().AsSpan()[..(int)Math.Min(body.Length, 500)])}");
        }

        ReadOnlySpan<byte> bytes = body.ToArray();
        if (binary)
        {
            return [.. MemoryMarshal.Cast<byte, float>(bytes[connection.InferenceHeaderLength..]).ToArray().Select(value => (double)value)];
        }

        using JsonDocument document = JsonDocument.Parse(bytes.ToArray());
        var numbers = new List<double>();
        Collect(document.RootElement.GetProperty("loss"), numbers);
        Collect(document.RootElement.GetProperty("grad_logits"), numbers);
        return [.. numbers];
    }

    private static void Collect(JsonElement element, List<double> numbers)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            numbers.Add(element.GetDouble());
            return;
        }

        foreach (JsonElement inner in element.EnumerateArray())
        {
            Collect(inner, numbers);
        }
    }
}
