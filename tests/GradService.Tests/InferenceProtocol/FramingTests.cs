using System.Text;

namespace GradService.Tests.InferenceProtocol;

/// <summary>Where the JSON ends and each tensor begins, and what is said of frames that do not fit.</summary>
public sealed class FramingTests(EchoService service) : IClassFixture<EchoService>
{
    private const string TwoTensors = """{"inputs":[{"name":"a","shape":[2],"datatype":"INT32","parameters":{"binary_data_size":8}},{"name":"j","shape":[1],"datatype":"FP32","data":[0.5]},{"name":"b","shape":[3],"datatype":"BOOL","parameters":{"binary_data_size":3}}],"outputs":[{"name":"b"},{"name":"a","parameters":{"binary_data":true}},{"name":"j","parameters":{"binary_data":false}}]}""";

    private static readonly byte[] A = [1, 0, 0, 0, 2, 0, 0, 0];
    private static readonly byte[] B = [1, 0, 1];

    [Fact]
    public async Task Binary_and_json_tensors_mix()
    {
        // The echo answers its inputs whatever is asked for, which shows the inputs' order.
        InferenceReply reply = (await service.Client.InferAsync("echo", TwoTensors, A, B)).Good();
        Assert.Equal(["a", "j", "b"], reply.OutputNames);
        Assert.Equal(A, reply.Bytes("a"));
        Assert.Equal("[0.5]", reply.Output("j")["data"]!.ToJsonString());
        Assert.Equal("[true,false,true]", reply.Output("b")["data"]!.ToJsonString());
    }

    [Theory]
    [InlineData(false, false, "application/json")]
    [InlineData(true, true, "application/octet-stream")]
    [InlineData(null, false, "application/json")]
    public async Task What_an_output_says_itself_holds_before_what_the_request_says(bool? all, bool expected, string contentType)
    {
        string parameters = all is null ? string.Empty : $"\"parameters\":{{\"binary_data_output\":{(all.Value ? "true" : "false")}}},";
        InferenceReply reply = (await service.Client.InferAsync("echo", $$$"""{{{{parameters}}}"inputs":[{"name":"x","shape":[1],"datatype":"UINT8","data":[9]}]}""")).Good();
        Assert.Equal(contentType, reply.ContentType);
        Assert.Equal(expected, reply.Tail.Length == 1);
        string own = all == true ? "false" : "true";
        reply = (await service.Client.InferAsync("echo", $$$"""{{{{parameters}}}"outputs":[{"name":"x","parameters":{"binary_data":{{{own}}}}}],"inputs":[{"name":"x","shape":[1],"datatype":"UINT8","data":[9]}]}""")).Good();
        Assert.Equal(own == "true", reply.Tail.Length == 1);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("-1")]
    [InlineData("1.0")]
    [InlineData("+5")]
    [InlineData("0x10")]
    [InlineData("99999999999999999999")]
    [InlineData("9999")]
    [InlineData("")]
    public async Task A_header_length_that_cannot_be_is_refused(string length)
    {
        InferenceReply reply = await service.Client.FrameAsync("echo", [.. Encoding.UTF8.GetBytes(TwoTensors), .. A, .. B], length);
        Assert.Equal(400, reply.Status);
        Assert.Contains(Inference.JsonLength, reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_of_another_length_than_the_header_says_is_refused()
    {
        byte[] body = [.. Encoding.UTF8.GetBytes(TwoTensors), .. A, .. B];
        foreach (int change in (int[])[-300, -1, 1, 4])
        {
            InferenceReply reply = await service.Client.FrameAsync("echo", body, $"{TwoTensors.Length + change}");
            Assert.Equal(400, reply.Status);
            Assert.NotEmpty(reply.Error);
        }
    }

    [Fact]
    public async Task Bytes_that_are_left_over_are_refused()
    {
        InferenceReply reply = await service.Client.InferAsync("echo", TwoTensors, A, B, [0, 0]);
        Assert.Equal(400, reply.Status);
        Assert.StartsWith("The body goes on for 2 bytes behind its JSON", reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_missing_are_refused_by_the_name_of_their_input()
    {
        InferenceReply reply = await service.Client.InferAsync("echo", TwoTensors, A, [1, 0]);
        Assert.Equal(400, reply.Status);
        Assert.Equal("inputs[2].parameters.binary_data_size: Input 'b': expected 3 bytes of binary data, received 2, which is what is left of the body.", reply.Error);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("9")]
    [InlineData("0")]
    [InlineData("9223372036854775807")]
    [InlineData("99999999999999999999999999")]
    public async Task A_size_that_is_not_the_shapes_is_refused_with_both(string size)
    {
        string json = TwoTensors.Replace("\"binary_data_size\":8", $"\"binary_data_size\":{size}", StringComparison.Ordinal);
        InferenceReply reply = await service.Client.InferAsync("echo", json, A, B);
        Assert.Equal(400, reply.Status);
        Assert.Contains("Input 'a': expected 8 bytes for shape [2] of INT32, received ", reply.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("\"8\"")]
    [InlineData("true")]
    [InlineData("-99999999999999999999999")]
    [InlineData("[8]")]
    public async Task A_size_that_is_no_count_is_refused(string size)
    {
        string json = TwoTensors.Replace("\"binary_data_size\":8", $"\"binary_data_size\":{size}", StringComparison.Ordinal);
        InferenceReply reply = await service.Client.InferAsync("echo", json, A, B);
        Assert.Equal(400, reply.Status);
        Assert.StartsWith("inputs[0].parameters.binary_data_size", reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_size_without_the_header_is_refused()
    {
        InferenceReply reply = await service.Client.InferAsync("echo", TwoTensors);
        Assert.Equal(400, reply.Status);
        Assert.Contains("no header Inference-Header-Content-Length", reply.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[-1]", 400)]
    [InlineData("[1.5]", 400)]
    [InlineData("[\"1\"]", 400)]
    [InlineData("1", 400)]
    [InlineData("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", 400)]
    [InlineData("[100001]", 413)]
    [InlineData("[65536,65536]", 413)]
    [InlineData("[2147483648]", 413)]
    [InlineData("[4294967296,4294967296]", 413)]
    [InlineData("[99999999999999999999999999]", 413)]
    [InlineData("[1e30]", 413)]
    public async Task A_shape_that_cannot_be_is_refused(string shape, int status)
    {
        string json = $$"""{"inputs":[{"name":"x","shape":{{shape}},"datatype":"UINT8","data":[1]}]}""";
        InferenceReply reply = await service.Client.InferAsync("echo", json);
        Assert.Equal(status, reply.Status);
        Assert.StartsWith("inputs[0].shape", reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Overflowing_axes_times_an_empty_one_are_empty()
    {
        InferenceReply reply = (await service.Client.InferAsync("echo", """{"inputs":[{"name":"x","shape":[65536,65536,65536,0],"datatype":"UINT8","data":[]}]}""")).Good();
        Assert.Empty(reply.Elements("x"));
    }

    [Fact]
    public async Task A_raw_body_is_the_one_input_and_is_answered_raw()
    {
        InferenceReply reply = (await service.Client.FrameAsync("echo", [1, 0, 2, 0], "0")).Good();
        Assert.Equal("[2]", reply.Output("raw")["shape"]!.ToJsonString());
        Assert.Equal([1, 0, 2, 0], reply.Bytes("raw"));
        reply = await service.Client.FrameAsync("echo", [1, 0, 2], "0");
        Assert.Equal(400, reply.Status);
        Assert.Equal("Input 'raw': expected a multiple of 2 bytes, as a raw body holds INT16; received 3.", reply.Error);
        reply = await service.Client.FrameAsync("echo", new byte[200_002], "0");
        Assert.Equal(413, reply.Status);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused()
    {
        InferenceReply reply = await service.Client.FrameAsync("echo", new byte[1_000_001], null);
        Assert.Equal(413, reply.Status);
        Assert.Contains("Limits:MaxRequestBytes", reply.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"inputs\":{}}")]
    [InlineData("{\"inputs\":[1]}")]
    [InlineData("{\"inputs\":[]} x")]
    [InlineData("{\"inputs\":[],}")]
    [InlineData("{\"inputs\":[],\"inputs\":[]}")]
    [InlineData("{\"inputs\":[],\"id\":\"a\",\"id\":\"a\"}")]
    [InlineData("{\"inputs\":[],\"id\":7}")]
    [InlineData("{\"inputs\":[],\"outputs\":{}}")]
    [InlineData("{\"inputs\":[],\"outputs\":[{}]}")]
    [InlineData("{\"inputs\":[],\"outputs\":[{\"name\":1}]}")]
    [InlineData("{\"inputs\":[],\"outputs\":[{\"name\":\"a\"},{\"name\":\"a\"}]}")]
    [InlineData("{\"inputs\":[],\"outputs\":[{\"name\":\"a\",\"name\":\"b\"}]}")]
    [InlineData("{\"inputs\":[],\"outputs\":[{\"name\":\"a\",\"parameters\":{\"binary_data\":1}}]}")]
    [InlineData("{\"inputs\":[],\"outputs\":[{\"name\":\"a\",\"parameters\":{\"classification\":3}}]}")]
    [InlineData("{\"inputs\":[],\"outputs\":[{\"name\":\"a\",\"parameters\":{\"shared_memory_region\":\"r\"}}]}")]
    [InlineData("{\"inputs\":[],\"parameters\":[]}")]
    [InlineData("{\"inputs\":[],\"parameters\":{\"a\":1,\"a\":1}}")]
    [InlineData("{\"inputs\":[],\"parameters\":{\"binary_data_output\":\"true\"}}")]
    [InlineData("{\"inputs\":[],\"parameters\":{\"triton_enable_empty_final_response\":true}}")]
    [InlineData("{\"inputs\":[],\"parameters\":{\"a\":01}}")]
    [InlineData("{\"inputs\":[],\"deep\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}")]
    [InlineData("{\"inputs\":[{\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}]}")]
    [InlineData("{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"data\":[1]}]}")]
    [InlineData("{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"data\":[1]}]}")]
    [InlineData("{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\"}]}")]
    [InlineData("{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP99\",\"data\":[1]}]}")]
    [InlineData("{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"1\",\"data\":[1]}]}")]
    [InlineData("{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"fp32\",\"data\":[1]}]}")]
    [InlineData("{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}]}")]
    [InlineData("{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1],\"parameters\":{\"binary_data_size\":4}}]}")]
    [InlineData("{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"parameters\":{\"shared_memory_region\":\"r\",\"shared_memory_byte_size\":4}}]}")]
    [InlineData("{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"UINT8\",\"data\":[1]},{\"name\":\"x\",\"shape\":[1],\"datatype\":\"UINT8\",\"data\":[1]}]}")]
    [InlineData("{\"inputs\":[{\"data\":[1],\"name\":\"x\",\"shape\":[1],\"datatype\":\"UINT8\"},{\"data\":[1],\"name\":\"x\",\"shape\":[1],\"datatype\":\"UINT8\"}]}")]
    public async Task A_body_that_is_no_request_is_refused(string json)
    {
        InferenceReply reply = await service.Client.InferAsync("echo", json);
        Assert.Equal(400, reply.Status);
        Assert.NotEmpty(reply.Error);
    }

    [Theory]
    [InlineData("{\"inputs\":[]}")]
    [InlineData("\uFEFF{\"inputs\":[]}")]
    [InlineData(" {\"model_name\":\"other\",\"x\":{\"y\":[1,{}]},\"inputs\" : [ ] , \"outputs\":[] } ")]
    [InlineData("{\"inputs\":[],\"parameters\":{\"priority\":1,\"timeout\":5,\"sequence_id\":\"s\",\"sequence_start\":true,\"mine\":{\"a\":[1]}}}")]
    [InlineData("{\"id\":null,\"parameters\":null,\"inputs\":[],\"outputs\":null}")]
    [InlineData("{\"inputs\":[],\"outputs\":[{\"name\":\"a\",\"parameters\":null}]}")]
    [InlineData("{\"\\u0069nputs\":[],\"unknown\":1,\"unknown\":2}")]
    [InlineData("{\"inputs\":[],\"outputs\":[{\"name\":\"a\",\"more\":1,\"parameters\":{\"mine\":1}}]}")]
    public async Task What_the_protocol_does_not_know_is_stepped_over(string json)
    {
        InferenceReply reply = (await service.Client.InferAsync("echo", json)).Good();
        Assert.Empty(reply.Json["outputs"]!.AsArray());
    }

    [Fact]
    public async Task The_id_is_echoed_as_it_came_and_left_out_where_there_was_none()
    {
        foreach (string id in (string[])["", "a", "\"\\\u0001", "grüß 😀", new string('x', 100_000)])
        {
            string text = System.Text.Json.JsonSerializer.Serialize(id);
            InferenceReply reply = (await service.Client.InferAsync("echo", $$"""{"id":{{text}},"inputs":[]}""")).Good();
            Assert.Equal(id, (string?)reply.Json["id"]);
        }

        Assert.False((await service.Client.InferAsync("echo", """{"inputs":[]}""")).Good().Json.AsObject().ContainsKey("id"));
    }

    [Fact]
    public async Task More_entries_than_anyone_needs_are_refused()
    {
        string Many(Func<int, string> entry) => string.Join(",", Enumerable.Range(0, 1025).Select(entry));
        string[] bodies =
        [
            $$"""{"inputs":[{{Many(i => $$"""{"name":"{{i}}","shape":[0],"datatype":"UINT8","data":[]}""")}}]}""",
            $$"""{"inputs":[],"outputs":[{{Many(i => $$"""{"name":"{{i}}"}""")}}]}""",
            $$$"""{"inputs":[],"parameters":{{{{Many(i => $"\"{i}\":1")}}}}}""",
        ];
        foreach (string body in bodies)
        {
            InferenceReply reply = await service.Client.InferAsync("echo", body);
            Assert.Equal(413, reply.Status);
            Assert.Contains("There are more than 1024 ", reply.Error, StringComparison.Ordinal);
        }
    }
}
