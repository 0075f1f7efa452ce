using System.Text;
using GradService.Numerics.Tensors;
using GradService.Onnx.Running;

namespace GradService.Tests.InferenceProtocol;

/// <summary>Every datatype through ONNX Runtime, as JSON and as bytes, by a model that gives back what it is given.</summary>
public sealed class OnnxDatatypeTests(OnnxDatatypeTests.EchoingModel service) : IClassFixture<OnnxDatatypeTests.EchoingModel>
{
    public static TheoryData<string> Numeric => [.. Enum.GetNames<ElementType>().Where(name => name != "BYTES")];

    [Fact]
    public void The_libraries_that_do_not_know_each_other_number_the_datatypes_alike() =>
        Assert.Equal(Enum.GetValues<ElementType>().Select(type => (type.ToString(), (int)type)), Enum.GetValues<TensorDatatype>().Select(type => (type.ToString(), (int)type)));

    [Theory]
    [InlineData("BOOL", "[true,false,true]")]
    [InlineData("UINT8", "[0,255,7]")]
    [InlineData("UINT16", "[0,65535,7]")]
    [InlineData("UINT32", "[0,4294967295,7]")]
    [InlineData("UINT64", "[0,18446744073709551615,7]")]
    [InlineData("INT8", "[-128,127,7]")]
    [InlineData("INT16", "[-32768,32767,7]")]
    [InlineData("INT32", "[-2147483648,2147483647,7]")]
    [InlineData("INT64", "[-9223372036854775808,9223372036854775807,7]")]
    [InlineData("FP32", """[0.1,"NaN",-3.4028235e38]""")]
    [InlineData("FP64", """[0.1,5e-324,"-Infinity"]""")]
    [InlineData("BYTES", """["","a\"b","grüß"]""")]
    public async Task A_datatype_goes_through_a_model_as_json(string datatype, string data)
    {
        InferenceReply reply = (await service.Client.InferAsync(datatype.ToLowerInvariant(), $$"""{"inputs":[{"name":"x","datatype":"{{datatype}}","shape":[3],"data":{{data}}}]}""")).Good();
        Assert.Equal(datatype, (string?)reply.Output("y")["datatype"]);
        Assert.Equal("[3]", reply.Output("y")["shape"]!.ToJsonString());
        Assert.Equal(System.Text.Json.Nodes.JsonNode.Parse(data)!.ToJsonString(), reply.Output("y")["data"]!.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(Numeric))]
    public async Task A_datatype_goes_through_a_model_as_bytes_to_the_bit(string datatype)
    {
        var type = Enum.Parse<ElementType>(datatype);
        var bytes = new byte[6 * type.Size()];
        new Random(7).NextBytes(bytes);
        if (type == ElementType.BOOL)
        {
            bytes = [0, 1, 1, 0, 0, 1];
        }

        InferenceReply reply = (await service.Client.InferAsync(datatype.ToLowerInvariant(), Binary(datatype, 6, bytes.Length), bytes)).Good();
        Assert.Equal(bytes, reply.Bytes("y"));

        // The one input has one open axis, so that a body of nothing but bytes tells its shape.
        reply = (await service.Client.FrameAsync(datatype.ToLowerInvariant(), bytes, "0")).Good();
        Assert.Equal("[6]", reply.Output("y")["shape"]!.ToJsonString());
        Assert.Equal(bytes, reply.Bytes("y"));
    }

    [Fact]
    public async Task Strings_of_bytes_go_through_a_model_with_their_lengths()
    {
        byte[] bytes = [.. Framed("a"), .. Framed(""), .. Framed("grüß")];
        InferenceReply reply = (await service.Client.InferAsync("bytes", Binary("BYTES", 3, bytes.Length), bytes)).Good();
        Assert.Equal(bytes, reply.Bytes("y"));
    }

    [Theory]
    [InlineData("fp16")]
    [InlineData("bf16")]
    public async Task Halves_are_taken_as_bytes_alone(string model)
    {
        InferenceReply reply = await service.Client.InferAsync(model, $$"""{"inputs":[{"name":"x","datatype":"{{model.ToUpperInvariant()}}","shape":[1],"data":[1]}]}""");
        Assert.Equal(400, reply.Status);
        Assert.Contains("travels in binary form only", reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outputs_are_chosen_and_ordered_and_inputs_come_in_any_order_and_form()
    {
        byte[] two = [2, 0, 0, 0, 3, 0, 0, 0];
        const string Inputs = """{"inputs":[{"name":"b","datatype":"INT32","shape":[2],"parameters":{"binary_data_size":8}},{"name":"a","datatype":"FP32","shape":[1,2],"data":[[5,6]]}]""";
        InferenceReply all = (await service.Client.InferAsync("pair", Inputs + "}", two)).Good();
        Assert.Equal(["negated", "same"], all.OutputNames);
        Assert.Equal(["-5", "-6"], all.Elements("negated"));
        Assert.Equal(["2", "3"], all.Elements("same"));
        InferenceReply chosen = (await service.Client.InferAsync("pair", Inputs + ""","outputs":[{"name":"same","parameters":{"binary_data":true}},{"name":"negated"}]}""", two)).Good();
        Assert.Equal(["same", "negated"], chosen.OutputNames);
        Assert.Equal(two, chosen.Bytes("same"));
        Assert.Equal(["-5", "-6"], chosen.Elements("negated"));
        Assert.Equal(["same"], (await service.Client.InferAsync("pair", Inputs + ""","outputs":[{"name":"same"}]}""", two)).Good().OutputNames);
    }

    private static string Binary(string datatype, int count, int size) =>
        $$"""{"inputs":[{"name":"x","datatype":"{{datatype}}","shape":[{{count}}],"parameters":{"binary_data_size":{{size}} } }],"parameters":{"binary_data_output":true} }""";

    private static byte[] Framed(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return [.. BitConverter.GetBytes(bytes.Length), .. bytes];
    }

    /// <summary>A service with a model for each datatype, and one of two inputs and outputs.</summary>
    public sealed class EchoingModel : IDisposable
    {
        private readonly ModelFolder _folder = new();
        private readonly RunningService _service;

        public EchoingModel()
        {
            foreach (TensorDatatype datatype in Enum.GetValues<TensorDatatype>())
            {
                _folder.Put(datatype.ToString().ToLowerInvariant(), 1, OnnxFile.Of(new OnnxMap("x", "y", "Identity", datatype, "n")));
            }

            _folder.Put("pair", 1, OnnxFile.Of(new OnnxMap("a", "negated", "Neg", TensorDatatype.FP32, 1, "n"), new OnnxMap("b", "same", "Identity", TensorDatatype.INT32, 2)));
            _service = new RunningService(_folder.Settings());
        }

        public HttpClient Client => _service.Client;

        public void Dispose()
        {
            _service.Dispose();
            _folder.Dispose();
        }
    }
}
