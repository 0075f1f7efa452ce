using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.ML.OnnxRuntime;

namespace GradService.Tests.InferenceProtocol;

/// <summary>The model that comes with the service, over the wire, beside ONNX Runtime itself on the same file.</summary>
public sealed class ShippedModelTests(ServiceFixture service)
{
    private static readonly string File = Path.Combine(Repository.Root, "deploy", "models", "street-scenes", "1", "model.onnx");

    [Theory]
    [InlineData(1, 8, 8)]
    [InlineData(1, 64, 40)]
    [InlineData(2, 24, 96)]
    public async Task Logits_are_those_of_onnx_runtime_to_the_bit_as_bytes_and_as_json(int batch, int height, int width)
    {
        float[] image = Image(batch, height, width);
        float[] expected = Run(image, batch, height, width);
        string shape = $"[{batch},3,{height},{width}]";
        byte[] bytes = MemoryMarshal.AsBytes<float>(image).ToArray();

        // An id of each length puts the tensor at each distance from an aligned place.
        foreach (string id in (string[])["", "a", "ab", "abc"])
        {
            string header = $$"""{"id":"{{id}}","inputs":[{"name":"image","datatype":"FP32","shape":{{shape}},"parameters":{"binary_data_size":{{bytes.Length}} } }],"outputs":[{"name":"logits","parameters":{"binary_data":true} }]}""";
            InferenceReply binary = (await service.Client.InferAsync("street-scenes", header, bytes)).Good();
            Assert.Equal(id, (string?)binary.Json["id"]);
            Assert.Equal("street-scenes", (string?)binary.Json["model_name"]);
            Assert.Equal("1", (string?)binary.Json["model_version"]);
            Assert.Equal($"[{batch},12,{height},{width}]", binary.Output("logits")["shape"]!.ToJsonString());
            Assert.Equal(MemoryMarshal.AsBytes<float>(expected).ToArray(), binary.Bytes("logits"));
        }

        InferenceReply json = (await service.Client.InferAsync("street-scenes/versions/1", Request(shape, image))).Good();
        Assert.Equal(expected, json.Elements("logits").Select(element => float.Parse(element, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Its_metadata_are_what_its_file_tells()
    {
        JsonNode metadata = (await service.Client.GetReplyAsync("/v2/models/street-scenes")).Good().Json;
        Assert.Equal("""["1"]""", metadata["versions"]!.ToJsonString());
        Assert.Equal("onnxruntime_onnx", (string?)metadata["platform"]);
        Assert.Equal("""[{"name":"image","datatype":"FP32","shape":[-1,3,-1,-1],"parameters":{"shape":"[batch, 3, height, width]"}}]""", metadata["inputs"]!.ToJsonString());
        Assert.Equal("""[{"name":"logits","datatype":"FP32","shape":[-1,12,-1,-1],"parameters":{"shape":"[batch, 12, height, width]"}}]""", metadata["outputs"]!.ToJsonString());
        Assert.Equal("cpu", (string?)metadata["parameters"]!["provider"]);
        Assert.Equal(12, metadata["parameters"]!["class_names"]!.AsArray().Count);
        Assert.Equal(metadata.ToJsonString(), (await service.Client.GetReplyAsync("/v2/models/street-scenes/versions/1")).Good().Json.ToJsonString());
        Assert.Equal("""{"name":"street-scenes","ready":true}""", (await service.Client.GetReplyAsync("/v2/models/street-scenes/versions/1/ready")).Good().Json.ToJsonString());
    }

    [Theory]
    [InlineData("""[{"name":"imag","datatype":"FP32","shape":[1,3,8,8],"data":[]}]""", "inputs[0].name: 'imag' is not an input of street-scenes; did you mean 'image'? Its inputs are: image.")]
    [InlineData("""[{"name":"image","datatype":"FP64","shape":[1,3,8,8],"data":[]}]""", "inputs[0].datatype: Input 'image': expected FP32, received FP64.")]
    [InlineData("""[{"name":"image","datatype":"FP32","shape":[1,1,1,2],"data":[1,2]}]""", "inputs[0]: Input 'image' has length 1 in axis 1 of [1,1,1,2]; the model takes 3")]
    [InlineData("""[{"name":"image","datatype":"FP32","shape":[2],"data":[1,2]}]""", "inputs[0]: Input 'image' has the 1 axes [2]; the model takes the 4 axes")]
    [InlineData("""[{"name":"image","datatype":"FP32","shape":[1,3,1,1],"data":[1,2]}]""", "inputs[0].data: ")]
    [InlineData("""[]""", "inputs: Input 'image' is missing")]
    [InlineData("""[{"name":"image","datatype":"FP32","shape":[1,3,1,1],"data":[1,2,3]}],"outputs":[{"name":"logit"}]""", "outputs[0].name: 'logit' is not an output of street-scenes; did you mean 'logits'? Its outputs are: logits.")]
    [InlineData("""[{"name":"image","datatype":"FP32","shape":[1,3,7,8],"data":[0,@]}]""", "inputs: The model does not take these inputs")]
    [InlineData("""[{"name":"image","datatype":"FP32","shape":[1,3,1,1],"parameters":{"binary_data_size":12}}]""", "inputs[0].parameters.binary_data_size: ")]
    [InlineData("""[{"name":"image","datatype":"FP32","shape":[1,3,1,1],"data":[1,2,3]}],"parameters":{"triton_x":1}""", "parameters.triton_x: ")]
    public async Task What_the_model_cannot_take_is_told_as_the_callers_mistake(string inputs, string error)
    {
        string rest = string.Join(",", Enumerable.Repeat("0", (3 * 7 * 8) - 1));
        InferenceReply reply = await service.Client.InferAsync("street-scenes", $$"""{"inputs":{{inputs.Replace("@", rest, StringComparison.Ordinal)}}}""");
        Assert.Equal(400, reply.Status);
        Assert.StartsWith(error, reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_raw_body_is_refused_where_its_length_does_not_tell_its_shape()
    {
        InferenceReply reply = await service.Client.FrameAsync("street-scenes", new byte[12], "0");
        Assert.Equal(400, reply.Status);
        Assert.EndsWith("street-scenes takes image FP32 [batch, 3, height, width]. Put JSON before the tensors, and its length in the header.", reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameters_of_schedulers_are_passed_over()
    {
        string request = Request("[1,3,8,8]", Image(1, 8, 8));
        string more = request[..^1] + ""","parameters":{"timeout":1,"priority":2,"sequence_id":3,"mine":"x"}}""";
        InferenceReply plain = (await service.Client.InferAsync("street-scenes", request)).Good();
        Assert.Equal(plain.Json.ToJsonString(), (await service.Client.InferAsync("street-scenes", more)).Good().Json.ToJsonString());
    }

    [Theory]
    [InlineData("/v2/models/street-scenes/versions/2", "Request for unknown model: 'street-scenes' version '2' is not found. It has version 1.")]
    [InlineData("/v2/models/street-scenes/versions/01/ready", "Request for unknown model: 'street-scenes' version '01' is not found. It has version 1.")]
    [InlineData("/v2/models/street-scenes/versions/-1/stats", "Request for unknown model: 'street-scenes' version '-1' is not found. It has version 1.")]
    [InlineData("/v2/models/street_scene", "Request for unknown model: 'street_scene' is not found. Did you mean 'street-scenes'?")]
    public async Task Another_version_or_name_is_not_found(string path, string error)
    {
        InferenceReply reply = await service.Client.GetReplyAsync(path);
        Assert.Equal(404, reply.Status);
        Assert.Equal(error, reply.Error);
    }

    private static string Request(string shape, float[] image) =>
        $$"""{"inputs":[{"name":"image","datatype":"FP32","shape":{{shape}},"data":[{{string.Join(",", image.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))}}]}]}""";

    private static float[] Image(int batch, int height, int width)
    {
        var random = new Random(17);
        return [.. Enumerable.Range(0, batch * 3 * height * width).Select(_ => (random.NextSingle() * 4) - 2)];
    }

    private static float[] Run(float[] image, int batch, int height, int width)
    {
        using var session = new InferenceSession(File);
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(image, [batch, 3, height, width]);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, ["image"], [input], ["logits"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
