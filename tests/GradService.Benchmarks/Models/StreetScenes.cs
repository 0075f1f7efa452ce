using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using GradService.Benchmarks.Service;
using GradService.Benchmarks.Workloads;
using GradService.Numerics.Tensors;

namespace GradService.Benchmarks.Models;

/// <summary>Requests to the shipped model.</summary>
internal static class StreetScenes
{
    public const string Name = "street-scenes";

    /// <summary>The picture's size in pixels.</summary>
    public const int Height = 120;

    /// <summary>As above.</summary>
    public const int Width = 160;

    /// <summary>A held-out picture, as it lies in the tests.</summary>
    public static byte[] Picture { get; } = File.ReadAllBytes(Path.Combine(Self.Repository, "tests", "GradService.Tests", "Models", Name, "01.png"));

    /// <summary>Asks for the colour mask of the picture.</summary>
    public static byte[] Segment { get; } = HttpMessage.Post($"/v1/models/{Name}/segment", "image/png", Picture, "Accept: image/png\r\n");

    /// <summary>Asks for the logits of drawn numbers in the place of a picture, raw both ways.</summary>
    public static byte[] Infer(int height, int width, int seed) => Infer(Name, "image", new Draw(seed).Normal(1, 1, 3, height, width), "logits");

    /// <summary>Asks a model for one output of one input, raw both ways.</summary>
    public static byte[] Infer(string model, string input, Tensor<float> tensor, string output)
    {
        byte[] elements = MemoryMarshal.AsBytes(tensor.Span).ToArray();
        byte[] header = Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"inputs":[{"name":"{{{input}}}","datatype":"FP32","shape":{{{tensor.Shape}}},"parameters":{"binary_data_size":{{{elements.Length}}}}}],"outputs":[{"name":"{{{output}}}","parameters":{"binary_data":true}}]}"""));
        return HttpMessage.Post($"/v2/models/{model}/infer", "application/octet-stream", [.. header, .. elements], $"Inference-Header-Content-Length: {header.Length}\r\n");
    }

    /// <summary>The body of the answer to one request that nothing else disturbs.</summary>
    /// <exception cref="InvalidOperationException">It was not answered with 200.</exception>
    public static byte[] Answer(int port, byte[] request, out int headerLength)
    {
        using var connection = new HttpConnection(port);
        using var body = new MemoryStream();
        connection.Exchange(request, body);
        headerLength = connection.InferenceHeaderLength;
        return connection.Status == 200 ? body.ToArray() : throw new InvalidOperationException($"{connection.Status} was answered: {Encoding.UTF8.GetString(body.ToArray())}");
    }
}
