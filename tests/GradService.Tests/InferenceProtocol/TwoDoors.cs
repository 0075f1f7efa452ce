using System.Globalization;
using System.Text.Json.Nodes;
using GradService.Catalog;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Tests.InferenceProtocol;

/// <summary>Sends one request through both doors and compares the answers to the bit.</summary>
internal static class TwoDoors
{
    /// <summary>Turns a REST body into an infer request, its tensors and outputs binary or not as they come, and compares the answers.</summary>
    /// <param name="client">The service.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="body">A REST body with its dtype.</param>
    /// <param name="binary">Whether the next tensor goes, or comes, as bytes.</param>
    public static async Task CompareAsync(HttpClient client, Operation operation, JsonObject body, Func<bool> binary)
    {
        using HttpResponseMessage response = await client.PostJsonAsync($"/v1/{operation.Name}", body.ToJsonString());
        string text = await response.Content.ReadAsStringAsync(Inference.Cancellation);
        Assert.True(response.IsSuccessStatusCode, $"{body.ToJsonString()} -> {text}");
        JsonObject rest = JsonNode.Parse(text)!.AsObject();

        (string json, byte[][] tensors) = Request(operation, body, rest, binary);
        InferenceReply reply = tensors.Length == 0
            ? await client.InferAsync(operation.Model, json)
            : await client.InferAsync(operation.Model, json, tensors);
        Assert.True(reply.Status == 200, $"{json} -> {reply.Json.ToJsonString()}");
        Assert.Equal(rest.Select(member => member.Key).Where(name => name != "warnings"), reply.OutputNames);
        foreach (OutputMember output in operation.Signature.Outputs)
        {
            if (rest[output.Name] is { } expected)
            {
                (int[] shape, List<JsonNode?> leaves) = Flatten(expected);
                JsonObject found = reply.Output(output.Name);
                Assert.True(
                    leaves.Count == 0 || shape.SequenceEqual(found["shape"]!.AsArray().Select(axis => (int)axis!)),
                    $"{output.Name}: {found["shape"]!.ToJsonString()}");
                Assert.Equal(leaves.Select(leaf => leaf!.ToString()), Elements(reply, output.Name));
            }
        }

        string? warnings = rest["warnings"] is JsonArray sentences ? string.Join("; ", sentences.Select(sentence => (string)sentence!)) : null;
        Assert.Equal(warnings, (string?)reply.Json["parameters"]?["warnings"]);
    }

    private static (string Json, byte[][] Tensors) Request(Operation operation, JsonObject body, JsonObject rest, Func<bool> binary)
    {
        var parameters = new JsonObject();
        var inputs = new JsonArray();
        var tensors = new List<byte[]>();
        string dtype = (string?)body["dtype"] ?? "FP32";
        foreach ((string name, JsonNode? value) in body)
        {
            if (operation.Signature.Inputs.FirstOrDefault(member => member.Name == name) is not { } member)
            {
                parameters[name] = value?.DeepClone();
                continue;
            }

            (int[] shape, List<JsonNode?> leaves) = Flatten(value!);
            bool whole = member.Kind is TensorKind.Integer || (member.Kind is TensorKind.Number && leaves.All(leaf => double.IsInteger(Number(leaf!))));
            string datatype = member.Kind == TensorKind.Bool ? "BOOL" : whole ? "INT64" : dtype;
            var input = new JsonObject { ["name"] = name, ["shape"] = new JsonArray([.. shape.Select(axis => (JsonNode)axis)]), ["datatype"] = datatype };
            if (binary())
            {
                byte[] bytes = [.. leaves.SelectMany(leaf => Bytes(leaf!, datatype))];
                input["parameters"] = new JsonObject { ["binary_data_size"] = bytes.Length };
                tensors.Add(bytes);
            }
            else
            {
                input["data"] = new JsonArray([.. leaves.Select(leaf => leaf!.DeepClone())]);
            }

            inputs.Add(input);
        }

        var outputs = new JsonArray([.. rest.Where(member => member.Key != "warnings")
            .Select(member => (JsonNode)new JsonObject { ["name"] = member.Key, ["parameters"] = new JsonObject { ["binary_data"] = binary() } })]);
        return (new JsonObject { ["parameters"] = parameters, ["inputs"] = inputs, ["outputs"] = outputs }.ToJsonString(), [.. tensors]);
    }

    private static IEnumerable<string> Elements(InferenceReply reply, string name)
    {
        JsonObject output = reply.Output(name);
        if (output["data"] is JsonArray)
        {
            return reply.Elements(name);
        }

        byte[] bytes = reply.Bytes(name);
        return (string)output["datatype"]! switch
        {
            "FP32" => bytes.Chunk(4).Select(chunk => Text(BitConverter.ToSingle(chunk))),
            "FP64" => bytes.Chunk(8).Select(chunk => Text(BitConverter.ToDouble(chunk))),
            "INT32" => bytes.Chunk(4).Select(chunk => BitConverter.ToInt32(chunk).ToString(CultureInfo.InvariantCulture)),
            "INT64" => bytes.Chunk(8).Select(chunk => BitConverter.ToInt64(chunk).ToString(CultureInfo.InvariantCulture)),
            "BOOL" => bytes.Select(flag => flag == 1 ? "true" : "false"),
            _ => Strings(bytes),
        };
    }

    // The service's own formatter gives the shortest text, which only the same bits have (its tests show that).
    private static string Text<T>(T value)
        where T : unmanaged
    {
        Span<byte> text = stackalloc byte[NumberFormatter.Room];
        return System.Text.Encoding.ASCII.GetString(text[..NumberFormatter.Write(value, text)]).Trim('"');
    }

    private static IEnumerable<string> Strings(byte[] bytes)
    {
        for (int at = 0; at < bytes.Length;)
        {
            int length = BitConverter.ToInt32(bytes, at);
            yield return System.Text.Encoding.UTF8.GetString(bytes, at + 4, length);
            at += 4 + length;
        }
    }

    private static byte[] Bytes(JsonNode leaf, string datatype) => datatype switch
    {
        "BOOL" => [(byte)((bool)leaf ? 1 : 0)],
        "INT64" => BitConverter.GetBytes((long)Number(leaf)),
        "FP32" => BitConverter.GetBytes(float.Parse(leaf.ToString(), CultureInfo.InvariantCulture)),
        _ => BitConverter.GetBytes(Number(leaf)),
    };

    private static double Number(JsonNode leaf) => double.Parse(leaf.ToString(), CultureInfo.InvariantCulture);

    private static (int[] Shape, List<JsonNode?> Leaves) Flatten(JsonNode node)
    {
        var shape = new List<int>();
        for (JsonNode? inner = node; inner is JsonArray array; inner = array.Count > 0 ? array[0] : null)
        {
            shape.Add(array.Count);
        }

        var leaves = new List<JsonNode?>();
        Collect(node, leaves);
        return ([.. shape], leaves);
    }

    private static void Collect(JsonNode? node, List<JsonNode?> leaves)
    {
        if (node is JsonArray array)
        {
            foreach (JsonNode? element in array)
            {
                Collect(element, leaves);
            }
        }
        else
        {
            leaves.Add(node);
        }
    }
}
