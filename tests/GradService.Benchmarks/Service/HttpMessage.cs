using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Benchmarks.Workloads;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Benchmarks.Service;

/// <summary>Whole HTTP/1.1 requests as bytes, made once and sent many times.</summary>
internal static class HttpMessage
{
    /// <summary>A POST.</summary>
    public static byte[] Post(string path, string contentType, ReadOnlySpan<byte> body, string headers = "") =>
    [
        .. Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {contentType}\r\n{headers}Content-Length: {body.Length}\r\n\r\n")),
        .. body,
    ];

    /// <summary>A GET.</summary>
    public static byte[] Get(string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");

    /// <summary>A workload as the JSON that the service and the peers take alike.</summary>
    public static byte[] Json(Workload workload)
    {
        var body = new ArrayBufferWriter<byte>();
        body.Write("{"u8);
        bool first = true;
        foreach ((string name, Tensor tensor) in workload.Tensors)
        {
            body.Write(Encoding.UTF8.GetBytes($"{(first ? string.Empty : ",")}\"{name}\":"));
            TensorWriter.Write(tensor, TensorFormat.Nested, body);
            first = false;
        }

        body.Write("}"u8);
        return body.WrittenSpan.ToArray();
    }

    /// <summary>A workload as a request of the Open Inference Protocol, with raw tensors both ways.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="outputs">The outputs asked for, in order.</param>
    public static byte[] Inference(Workload workload, params string[] outputs)
    {
        var header = new JsonObject
        {
            ["inputs"] = new JsonArray([.. workload.Tensors.Select(entry => new JsonObject
            {
                ["name"] = entry.Key,
                ["datatype"] = entry.Value.ElementType.ToString(),
                ["shape"] = new JsonArray([.. entry.Value.Shape.Lengths.ToArray().Select(length => (JsonNode)length)]),
                ["parameters"] = new JsonObject { ["binary_data_size"] = entry.Value.Bytes.Length },
            })]),
            ["outputs"] = new JsonArray([.. outputs.Select(name => new JsonObject
            {
                ["name"] = name,
                ["parameters"] = new JsonObject { ["binary_data"] = true },
            })]),
        };
        byte[] json = Encoding.UTF8.GetBytes(header.ToJsonString());
        return Post(
            $"/v2/models/{workload.Operation.Model}/infer",
            "application/octet-stream",
            [.. json, .. Raw(workload.Tensors.Values)],
            string.Create(CultureInfo.InvariantCulture, $"Inference-Header-Content-Length: {json.Length}\r\n"));
    }

    /// <summary>A workload as the binary peer takes it: for each tensor its rank, its lengths and its elements.</summary>
    public static byte[] Framed(Workload workload)
    {
        var body = new ArrayBufferWriter<byte>();
        foreach (Tensor tensor in workload.Tensors.Values)
        {
            int rank = tensor.Shape.Rank;
            body.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in rank)));
            body.Write(MemoryMarshal.AsBytes(tensor.Shape.Lengths));
            body.Write(tensor.Bytes.Span);
        }

        return body.WrittenSpan.ToArray();
    }

    private static byte[] Raw(IEnumerable<Tensor> tensors) => [.. tensors.SelectMany(tensor => tensor.Bytes.ToArray())];
}
