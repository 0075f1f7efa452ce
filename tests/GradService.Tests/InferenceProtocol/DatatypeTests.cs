using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using GradService.Numerics.Tensors;

namespace GradService.Tests.InferenceProtocol;

/// <summary>Every datatype, both ways, as JSON and as bytes.</summary>
public sealed class DatatypeTests(EchoService service) : IClassFixture<EchoService>
{
    public static TheoryData<string> Numeric => [.. Enum.GetNames<ElementType>().Where(name => name != "BYTES")];

    [Theory]
    [InlineData("BOOL", "[true,false,1,0]", "[true,false,true,false]")]
    [InlineData("UINT8", "[0,255,1.0,1e2]", "[0,255,1,100]")]
    [InlineData("UINT16", "[0,65535]", "[0,65535]")]
    [InlineData("UINT32", "[0,4294967295]", "[0,4294967295]")]
    [InlineData("UINT64", "[0,18446744073709551615]", "[0,18446744073709551615]")]
    [InlineData("INT8", "[-128,127]", "[-128,127]")]
    [InlineData("INT16", "[-32768,32767]", "[-32768,32767]")]
    [InlineData("INT32", "[-2147483648,2147483647]", "[-2147483648,2147483647]")]
    [InlineData("INT64", "[-9223372036854775808,9223372036854775807]", "[-9223372036854775808,9223372036854775807]")]
    [InlineData("FP32", """[0.1,-0.0,3.4028235e38,"NaN","Infinity","-Infinity"]""", """[0.1,-0,3.4028235e38,"NaN","Infinity","-Infinity"]""")]
    [InlineData("FP64", """[0.1,5e-324,1.7976931348623157e308,"NaN"]""", """[0.1,5e-324,1.7976931348623157e308,"NaN"]""")]
    [InlineData("BYTES", """["","a\"b","gr\u00fc\u00df"]""", """["","a\"b","grüß"]""")]
    public async Task A_datatype_goes_both_ways_as_json(string datatype, string data, string expected)
    {
        int count = JsonNode.Parse(data)!.AsArray().Count;
        InferenceReply reply = (await service.Client.InferAsync("echo", Input(datatype, $"[{count}]", data))).Good();
        Assert.Equal("application/json", reply.ContentType);
        JsonObject output = reply.Output("x");
        Assert.Equal(datatype, (string?)output["datatype"]);
        Assert.Equal($"[{count}]", output["shape"]!.ToJsonString());
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), output["data"]!.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(Numeric))]
    public async Task A_datatype_goes_both_ways_as_bytes_to_the_bit(string datatype)
    {
        var type = Enum.Parse<ElementType>(datatype);
        var bytes = new byte[6 * type.Size()];
        new Random(7).NextBytes(bytes);
        if (type == ElementType.BOOL)
        {
            bytes = [0, 1, 1, 0, 0, 1];
        }

        // A name of an odd length puts the tensor where it is not aligned.
        foreach (string id in (string[])["", "a", "ab", "abc"])
        {
            InferenceReply reply = (await service.Client.InferAsync("echo", Binary(datatype, "[2,3]", bytes.Length, id), bytes)).Good();
            Assert.Equal("application/octet-stream", reply.ContentType);
            Assert.Equal(datatype, (string?)reply.Output("x")["datatype"]);
            Assert.Equal("[2,3]", reply.Output("x")["shape"]!.ToJsonString());
            Assert.Equal(bytes, reply.Bytes("x"));
            Assert.Equal(bytes.Length, reply.Tail.Length);
        }
    }

    [Theory]
    [InlineData("FP16", new byte[] { 0, 0x3c, 0, 0xfc }, """[1,"-Infinity"]""")]
    [InlineData("BF16", new byte[] { 0x80, 0x3f, 0x80, 0x7f }, """[1,"Infinity"]""")]
    public async Task Halves_come_as_bytes_only_and_may_go_as_json(string datatype, byte[] bytes, string expected)
    {
        string json = Binary(datatype, "[2]", 4).Replace("\"binary_data_output\":true", "\"binary_data_output\":false", StringComparison.Ordinal);
        InferenceReply reply = (await service.Client.InferAsync("echo", json, bytes)).Good();
        Assert.Equal(expected, reply.Output("x")["data"]!.ToJsonString());
        InferenceReply refused = await service.Client.InferAsync("echo", Input(datatype, "[2]", "[1,2]"));
        Assert.Equal(400, refused.Status);
        Assert.Contains($"{datatype} travels in binary form only", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strings_of_bytes_go_both_ways_with_their_lengths()
    {
        byte[] bytes = [.. Framed("a"), .. Framed(""), .. Framed("grüß")];
        InferenceReply reply = (await service.Client.InferAsync("echo", Binary("BYTES", "[3,1]", bytes.Length), bytes)).Good();
        Assert.Equal(bytes, reply.Bytes("x"));
        string asText = Binary("BYTES", "[3,1]", bytes.Length).Replace("\"binary_data_output\":true", "\"binary_data_output\":false", StringComparison.Ordinal);
        reply = (await service.Client.InferAsync("echo", asText, bytes)).Good();
        Assert.Equal((string[])["a", "", "grüß"], reply.Elements("x"));
    }

    [Fact]
    public async Task Strings_of_bytes_that_do_not_fit_are_refused()
    {
        byte[][] wrong =
        [
            [.. Framed("a")],
            [.. Framed("a"), 0, 0, 0],
            [.. Framed("a"), .. Framed("b"), 0],
            [.. Framed("a"), 255, 255, 255, 255],
            [.. Framed("a"), 2, 0, 0, 0, 1],
            [.. Framed("a"), 0, 0, 0, 128],
            [],
        ];
        foreach (byte[] bytes in wrong)
        {
            InferenceReply reply = await service.Client.InferAsync("echo", Binary("BYTES", "[2]", bytes.Length), bytes);
            Assert.Equal(400, reply.Status);
            Assert.Contains("Input 'x'", reply.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("BOOL", "[2]")]
    [InlineData("BOOL", "[\"true\"]")]
    [InlineData("UINT8", "[256]")]
    [InlineData("UINT8", "[-1]")]
    [InlineData("INT8", "[1.5]")]
    [InlineData("INT32", "[2147483648]")]
    [InlineData("INT64", "[9223372036854775808]")]
    [InlineData("FP32", "[1e39]")]
    [InlineData("FP64", "[1e309]")]
    [InlineData("FP32", "[null]")]
    [InlineData("FP32", "[\"1\"]")]
    [InlineData("BYTES", "[1]")]
    [InlineData("FP32", "[1,2]")]
    [InlineData("FP32", "[[[1]]]")]
    [InlineData("FP32", "{}")]
    public async Task A_datum_that_is_none_of_its_datatype_is_refused_where_it_stands(string datatype, string data)
    {
        InferenceReply reply = await service.Client.InferAsync("echo", Input(datatype, "[1]", data));
        Assert.Equal(400, reply.Status);
        Assert.StartsWith("inputs[0].data", reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_byte_that_is_no_truth_value_is_refused()
    {
        InferenceReply reply = await service.Client.InferAsync("echo", Binary("BOOL", "[3]", 3), [0, 1, 2]);
        Assert.Equal(400, reply.Status);
        Assert.Contains("Input 'x' holds the byte 2 at element 2; a BOOL is 0 or 1.", reply.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[2,2]", "[1,2,3,4]")]
    [InlineData("[2,2]", "[[1,2],[3,4]]")]
    [InlineData("[2,1,2]", "[[[1,2]],[[3,4]]]")]
    public async Task Data_may_be_flat_or_nested_and_are_answered_flat(string shape, string data)
    {
        InferenceReply reply = (await service.Client.InferAsync("echo", Input("INT32", shape, data))).Good();
        Assert.Equal("[1,2,3,4]", reply.Output("x")["data"]!.ToJsonString());
        Assert.Equal(shape, reply.Output("x")["shape"]!.ToJsonString());
    }

    [Theory]
    [InlineData("INT32", 511)]
    [InlineData("INT32", 512)]
    [InlineData("INT32", 513)]
    [InlineData("FP64", 50_000)]
    [InlineData("BYTES", 20_000)]
    public async Task A_long_tensor_is_answered_whole_as_json_and_beside_a_binary_one(string datatype, int count)
    {
        string[] elements = [.. Enumerable.Range(0, count).Select(i => datatype == "BYTES" ? $"\"{i}\"" : datatype == "FP64" ? $"{i}.5" : $"{i}")];
        string data = $"[{string.Join(',', elements)}]";
        string json = Input(datatype, $"[{count}]", data);
        InferenceReply reply = (await service.Client.InferAsync("echo", json)).Good();
        Assert.Equal(data, reply.Output("x")["data"]!.ToJsonString());
        string mixed = json.Replace("}]}", """},{"name":"b","shape":[2],"datatype":"BOOL","data":[1,0]}],"outputs":[{"name":"b","parameters":{"binary_data":true}}]}""", StringComparison.Ordinal);
        reply = (await service.Client.InferAsync("echo", mixed)).Good();
        Assert.Equal(data, reply.Output("x")["data"]!.ToJsonString());
        Assert.Equal([1, 0], reply.Bytes("b"));
    }

    [Theory]
    [InlineData("[]", "[7]")]
    [InlineData("[]", "7")]
    public async Task A_scalar_has_the_empty_shape(string shape, string data)
    {
        InferenceReply reply = (await service.Client.InferAsync("echo", Input("INT32", shape, data))).Good();
        Assert.Equal("[]", reply.Output("x")["shape"]!.ToJsonString());
        Assert.Equal("[7]", reply.Output("x")["data"]!.ToJsonString());
    }

    [Theory]
    [InlineData("[0]", "[]")]
    [InlineData("[2,0,3]", "[]")]
    public async Task An_axis_may_be_empty(string shape, string data)
    {
        InferenceReply reply = (await service.Client.InferAsync("echo", Input("FP32", shape, data))).Good();
        Assert.Equal(shape, reply.Output("x")["shape"]!.ToJsonString());
        reply = (await service.Client.InferAsync("echo", Binary("FP32", shape, 0), (byte[])[])).Good();
        Assert.Empty(reply.Bytes("x"));
    }

    [Fact]
    public async Task Strings_of_json_are_charged_to_the_memory_of_requests()
    {
        using var small = new EchoService([("Limits:MaxInFlightBytes", "1048576")]);
        string data = string.Join(',', Enumerable.Repeat("\"\"", 100_000));
        InferenceReply reply = await small.Client.InferAsync("echo", $$"""{"inputs":[{"name":"x","shape":[100000],"datatype":"BYTES","data":[{{data}}]}]}""");
        Assert.True(reply.Status is 413 or 503, $"{reply.Status}");
    }

    [Fact]
    public async Task The_members_of_an_input_come_in_any_order()
    {
        string[] members = ["\"name\":\"x\"", "\"shape\":[2]", "\"datatype\":\"INT32\"", "\"data\":[1,2]", "\"parameters\":{\"content_type\":\"np\"}"];
        foreach (int turn in Enumerable.Range(0, members.Length))
        {
            string input = string.Join(",", members[turn..].Concat(members[..turn]));
            InferenceReply reply = (await service.Client.InferAsync("echo", $$"""{"inputs":[{{{input}}}]}""")).Good();
            Assert.Equal("[1,2]", reply.Output("x")["data"]!.ToJsonString());
        }
    }

    private static string Input(string datatype, string shape, string data) =>
        $$"""{"inputs":[{"name":"x","datatype":"{{datatype}}","shape":{{shape}},"data":{{data}}}]}""";

    private static string Binary(string datatype, string shape, int size, string id = "") =>
        $$$"""{"id":{{{JsonSerializer.Serialize(id)}}},"parameters":{"binary_data_output":true},"inputs":[{"name":"x","datatype":"{{{datatype}}}","shape":{{{shape}}},"parameters":{"binary_data_size":{{{size}}}}}]}""";

    private static byte[] Framed(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        return [.. length, .. bytes];
    }
}
