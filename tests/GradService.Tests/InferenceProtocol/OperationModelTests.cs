using System.Text.Json.Nodes;

namespace GradService.Tests.InferenceProtocol;

/// <summary>How the parts of a request become the parts of an operation, and what is said where they do not fit.</summary>
public sealed class OperationModelTests(ServiceFixture service)
{
    private const string Model = "losses.cross_entropy";
    private const string Inputs = """ "inputs":[{"name":"logits","shape":[2,3],"datatype":"FP32","data":[2,0.5,-1,0.1,0.2,3]},{"name":"labels","shape":[2],"datatype":"INT64","data":[0,2]}] """;

    [Fact]
    public async Task Without_outputs_all_that_there_are_are_answered_in_the_responses_order()
    {
        InferenceReply reply = await Good($$"""{ {{Inputs}} }""");
        Assert.Equal(Model, (string?)reply.Json["model_name"]);
        Assert.Equal("1", (string?)reply.Json["model_version"]);
        Assert.Equal(["loss", "grad_logits", "denominator", "counted"], reply.OutputNames);
        Assert.Equal("[]", reply.Output("loss")["shape"]!.ToJsonString());
        Assert.Equal("[2,3]", reply.Output("grad_logits")["shape"]!.ToJsonString());
        Assert.Equal("INT64", (string?)reply.Output("counted")["datatype"]);
        Assert.Equal(["2"], reply.Elements("counted"));
    }

    [Fact]
    public async Task Outputs_choose_and_order()
    {
        InferenceReply reply = await Good($$"""{ {{Inputs}}, "outputs":[{"name":"counted"},{"name":"loss"}]}""");
        Assert.Equal(["counted", "loss"], reply.OutputNames);
        reply = await Good($$"""{ {{Inputs}}, "outputs":[]}""");
        Assert.Equal(4, reply.OutputNames.Count());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"\"")]
    [InlineData("\"[]\"")]
    public async Task Gradients_that_are_declined_are_not_answered(string gradients)
    {
        string parameters = $$"""  "parameters":{"gradients":{{gradients}}} """;
        InferenceReply reply = await Good($$"""{ {{Inputs}}, {{parameters}} }""");
        Assert.DoesNotContain("grad_logits", reply.OutputNames);
        await Refused(
            $$"""{ {{Inputs}}, {{parameters}}, "outputs":[{"name":"grad_logits"}]}""",
            "outputs[0].name: Output 'grad_logits' is asked for, and this request does not lead to it. The parameter gradients leaves 'logits' out: add it there, or do not send gradients.");
    }

    [Theory]
    [InlineData("[\"logits\"]")]
    [InlineData("\"logits\"")]
    [InlineData("\" logits ,\"")]
    [InlineData("\"[\\\"logits\\\"]\"")]
    [InlineData("\" [ \\\"logits\\\" ] \"")]
    public async Task A_list_may_travel_as_a_string(string gradients)
    {
        InferenceReply reply = await Good($$"""{ {{Inputs}}, "parameters":{"gradients":{{gradients}}} }""");
        Assert.Contains("grad_logits", reply.OutputNames);
    }

    [Theory]
    [InlineData("\"labels\"", "gradients[0]: \"labels\" is not an input with a gradient")]
    [InlineData("\"[1]\"", "gradients[0]: ")]
    [InlineData("\"[\"", "parameters.gradients: ")]
    [InlineData("\"[] []\"", "parameters.gradients: ")]
    [InlineData("7", "gradients: 7 was found; expected a list of names in quotes.")]
    public async Task A_list_that_is_none_is_refused(string gradients, string error) =>
        await Refused($$"""{ {{Inputs}}, "parameters":{"gradients":{{gradients}}} }""", error);

    [Theory]
    [InlineData("""{"reductoin":"sum"}""", "parameters.reductoin: 'reductoin' is not a parameter of losses.cross_entropy; did you mean 'reduction'?")]
    [InlineData("""{"axis":1}""", "parameters.axis: 'axis' is not a parameter of losses.cross_entropy; did you mean 'class_axis'?")]
    [InlineData("""{"weight":[1]}""", "parameters.weight: 'weight' is a tensor of losses.cross_entropy and belongs among the inputs.")]
    [InlineData("""{"class_weights":[1]}""", "parameters.class_weights: 'class_weights' is not a parameter of losses.cross_entropy; did you mean the input 'weight'?")]
    [InlineData("""{"tensor_format":"flat"}""", "parameters.tensor_format: tensor_format has no meaning here")]
    [InlineData("""{"triton_x":1}""", "parameters.triton_x: Parameters that begin with triton_ are reserved")]
    [InlineData("""{"reduction":"meen"}""", "reduction: \"meen\" was found; expected one of \"none\", \"sum\", \"mean\", \"mean_elements\", \"mean_batch\". Did you mean \"mean\"?")]
    [InlineData("""{"ignore_index":1.5}""", "ignore_index: 1.5 was found; expected an integer")]
    [InlineData("""{"label_smoothing":2}""", "label_smoothing: ")]
    [InlineData("""{"dtype":"FP16"}""", "dtype: \"FP16\" was found; expected one of \"FP32\", \"FP64\".")]
    public async Task A_parameter_that_is_wrong_or_nearly_right_is_refused(string parameters, string error) =>
        await Refused($$"""{ {{Inputs}}, "parameters":{{parameters}} }""", error);

    [Fact]
    public async Task Parameters_of_others_are_left_alone()
    {
        InferenceReply plain = await Good($$"""{ {{Inputs}} }""");
        InferenceReply reply = await Good($$"""{ {{Inputs}}, "parameters":{"priority":3,"timeout":1000,"sequence_id":7,"sequence_start":true,"sequence_end":true,"content_type":"np","headers":{},"my_custom_parameter":[{}]} }""");
        Assert.Equal(plain.Json.ToJsonString(), reply.Json.ToJsonString());
    }

    [Theory]
    [InlineData("""{"name":"logitz","shape":[1],"datatype":"FP32","data":[1]}""", "inputs[0].name: 'logitz' is not an input of losses.cross_entropy; did you mean 'logits'? Its inputs are: logits, labels, weight, sample_weight, upstream.")]
    [InlineData("""{"name":"target","shape":[1],"datatype":"FP32","data":[1]}""", "inputs[0].name: 'target' is not an input of losses.cross_entropy; did you mean 'labels'?")]
    [InlineData("""{"name":"reduction","shape":[1],"datatype":"FP32","data":[1]}""", "inputs[0].name: 'reduction' is not an input of losses.cross_entropy: it is a parameter and belongs among the request's parameters.")]
    [InlineData("""{"name":"qqqqqqqqqqqq","shape":[1],"datatype":"FP32","data":[1]}""", "inputs[0].name: 'qqqqqqqqqqqq' is not an input of losses.cross_entropy. Its inputs are: ")]
    [InlineData("""{"name":"logits","shape":[1],"datatype":"BYTES","data":["a"]}""", "inputs[0].datatype: Input 'logits': BYTES cannot be read as numbers.")]
    [InlineData("""{"name":"logits","shape":[1],"datatype":"FP32","data":[1]},{"name":"logits","shape":[1],"datatype":"FP32","data":[1]}""", "inputs[1]: Input 'logits' is given twice.")]
    [InlineData("""{"name":"logits","shape":[1,3],"datatype":"FP32","data":[1,2,3]}""", "labels: labels is required and was left out: ")]
    [InlineData("", "logits: logits is required and was left out: ")]
    [InlineData("""{"name":"logits","shape":[1,3],"datatype":"FP32","data":[1,2,3]},{"name":"labels","shape":[1],"datatype":"INT32","data":[3]}""", "labels[0]: 3 is not a class: logits have 3 classes")]
    [InlineData("""{"name":"logits","shape":[1,3],"datatype":"FP32","data":[1,2,3]},{"name":"labels","shape":[1],"datatype":"FP32","data":[1.5]}""", "labels[0]: 1.5 was found; expected an integer.")]
    [InlineData("""{"name":"logits","shape":[1,3],"datatype":"FP32","data":[1,2,3]},{"name":"labels","shape":[2],"datatype":"INT32","data":[0,0]}""", "labels: Shape [2] was found; expected class indices [1]")]
    [InlineData("""{"name":"logits","shape":[1,3],"datatype":"FP32","data":[1,"x",3]},{"name":"labels","shape":[1],"datatype":"INT32","data":[0]}""", "inputs[0].data[1]: ")]
    public async Task An_input_that_is_wrong_is_refused_where_it_stands(string inputs, string error) =>
        await Refused($$"""{"inputs":[{{inputs}}]}""", error);

    [Fact]
    public async Task An_unknown_output_is_refused_with_those_there_are() => await Refused(
        $$"""{ {{Inputs}}, "outputs":[{"name":"loss"},{"name":"grad_logit"}]}""",
        "outputs[1].name: 'grad_logit' is not an output of losses.cross_entropy; did you mean 'grad_logits'? Its outputs are: loss, grad_logits, denominator, counted.");

    [Fact]
    public async Task A_gradient_without_what_it_needs_is_refused_with_what_to_send()
    {
        const string Softmax = """{"inputs":[{"name":"logits","shape":[2],"datatype":"FP32","data":[1,2]}],"outputs":[{"name":"grad_logits"}]}""";
        InferenceReply reply = await service.Client.InferAsync("activations.softmax", Softmax);
        Assert.Equal(400, reply.Status);
        Assert.Contains("Send the input 'upstream', of the shape of 'values'", reply.Error, StringComparison.Ordinal);
        const string Policy = """{"inputs":[{"name":"states","shape":[1],"datatype":"FP32","data":[1]},{"name":"theta","shape":[1,2],"datatype":"FP32","data":[1,2]},{"name":"actions","shape":[],"datatype":"INT32","data":[0]}],"outputs":[{"name":"jacobian"}]}""";
        reply = await service.Client.InferAsync("policy.log_gradient", Policy);
        Assert.Equal(400, reply.Status);
        Assert.Contains("With `explain`", reply.Error, StringComparison.Ordinal);
        reply = (await service.Client.InferAsync("policy.log_gradient", Policy.Replace("{\"inputs\"", "{\"parameters\":{\"explain\":true},\"inputs\"", StringComparison.Ordinal))).Good();
        Assert.Equal("[2,2]", reply.Output("jacobian")["shape"]!.ToJsonString());
    }

    [Fact]
    public async Task Sentences_are_bytes()
    {
        const string Policy = """{"parameters":{"explain":true},"inputs":[{"name":"states","shape":[1],"datatype":"FP32","data":[1]},{"name":"theta","shape":[1,2],"datatype":"FP32","data":[1,2]},{"name":"actions","shape":[],"datatype":"INT32","data":[0]}],"outputs":[{"name":"explanation","parameters":{"binary_data":BINARY}}]}""";
        InferenceReply text = (await service.Client.InferAsync("policy.log_gradient", Policy.Replace("BINARY", "false", StringComparison.Ordinal))).Good();
        Assert.Equal("BYTES", (string?)text.Output("explanation")["datatype"]);
        string[] sentences = text.Elements("explanation");
        Assert.Equal($"[{sentences.Length}]", text.Output("explanation")["shape"]!.ToJsonString());
        byte[] bytes = (await service.Client.InferAsync("policy.log_gradient", Policy.Replace("BINARY", "true", StringComparison.Ordinal))).Good().Bytes("explanation");
        int at = 0;
        foreach (string sentence in sentences)
        {
            int length = BitConverter.ToInt32(bytes, at);
            Assert.Equal(sentence, System.Text.Encoding.UTF8.GetString(bytes, at + 4, length));
            at += 4 + length;
        }

        Assert.Equal(bytes.Length, at);
    }

    [Fact]
    public async Task What_is_not_finite_is_told_in_words_and_warned_of()
    {
        InferenceReply reply = await Good("""{"inputs":[{"name":"logits","shape":[1,2],"datatype":"FP32","data":["NaN","-Infinity"]},{"name":"labels","shape":[1],"datatype":"INT32","data":[-100]}]}""");
        Assert.Equal(["NaN"], reply.Elements("loss"));
        Assert.Contains("No element is counted", (string?)reply.Json["parameters"]!["warnings"], StringComparison.Ordinal);
        Assert.False((await Good($$"""{ {{Inputs}} }""")).Json.AsObject().ContainsKey("parameters"));
    }

    [Theory]
    [InlineData("FP32", "INT32", null, "FP32")]
    [InlineData("FP64", "INT32", null, "FP64")]
    [InlineData("FP32", "FP64", null, "FP64")]
    [InlineData("FP64", "INT32", "FP32", "FP32")]
    [InlineData("FP32", "INT32", "FP64", "FP64")]
    public async Task The_widest_float_sent_is_the_type_of_the_run_unless_dtype_says(string logits, string labels, string? dtype, string expected)
    {
        string parameters = dtype is null ? "{}" : $$"""{"dtype":"{{dtype}}"}""";
        InferenceReply reply = await Good($$"""{"parameters":{{parameters}},"inputs":[{"name":"logits","shape":[1,2],"datatype":"{{logits}}","data":[0.1,0.7]},{"name":"labels","shape":[1],"datatype":"{{labels}}","data":[1]}]}""");
        Assert.Equal(expected, (string?)reply.Output("loss")["datatype"]);
        Assert.Equal(expected, (string?)reply.Output("grad_logits")["datatype"]);
    }

    [Fact]
    public async Task A_float_in_a_run_of_doubles_is_converted_exactly()
    {
        // 0.1 as FP32 is 0.100000001490116...; the double nearest to that text is the same number.
        const string Body = """{"parameters":{"dtype":"FP64"},"inputs":[{"name":"logits","shape":[2],"datatype":"DATATYPE","data":[VALUE,0.5]}],"outputs":[{"name":"values"}]}""";
        InferenceReply single = (await service.Client.InferAsync("activations.softmax", Body.Replace("DATATYPE", "FP32", StringComparison.Ordinal).Replace("VALUE", "0.1", StringComparison.Ordinal))).Good();
        InferenceReply exact = (await service.Client.InferAsync("activations.softmax", Body.Replace("DATATYPE", "FP64", StringComparison.Ordinal).Replace("VALUE", "0.100000001490116119384765625", StringComparison.Ordinal))).Good();
        InferenceReply other = (await service.Client.InferAsync("activations.softmax", Body.Replace("DATATYPE", "FP64", StringComparison.Ordinal).Replace("VALUE", "0.1", StringComparison.Ordinal))).Good();
        Assert.Equal(exact.Elements("values"), single.Elements("values"));
        Assert.NotEqual(other.Elements("values"), single.Elements("values"));
    }

    [Fact]
    public async Task Half_precision_is_widened()
    {
        const string Header = """{"inputs":[{"name":"logits","shape":[2],"datatype":"DATATYPE","parameters":{"binary_data_size":4}}]}""";
        InferenceReply expected = (await service.Client.InferAsync("activations.softmax", """{"inputs":[{"name":"logits","shape":[2],"datatype":"FP32","data":[1.5,-2]}]}""")).Good();
        InferenceReply half = (await service.Client.InferAsync("activations.softmax", Header.Replace("DATATYPE", "FP16", StringComparison.Ordinal), [0x00, 0x3e, 0x00, 0xc0])).Good();
        InferenceReply brain = (await service.Client.InferAsync("activations.softmax", Header.Replace("DATATYPE", "BF16", StringComparison.Ordinal), [0xc0, 0x3f, 0x00, 0xc0])).Good();
        Assert.Equal(expected.Json.ToJsonString(), half.Json.ToJsonString());
        Assert.Equal(expected.Json.ToJsonString(), brain.Json.ToJsonString());
    }

    [Fact]
    public async Task A_double_that_no_float_holds_is_refused_in_a_run_of_floats() => await Refused(
        """{"parameters":{"dtype":"FP32"},"inputs":[{"name":"logits","shape":[1,2],"datatype":"FP64","data":[1e39,1]},{"name":"labels","shape":[1],"datatype":"INT32","data":[0]}]}""",
        "logits: Element 0");

    [Fact]
    public async Task A_mask_is_truth_values_or_zeros_and_ones()
    {
        const string Body = """{"inputs":[{"name":"states","shape":[1],"datatype":"FP32","data":[1]},{"name":"theta","shape":[1,2],"datatype":"FP32","data":[1,2]},{"name":"action_mask","shape":[2],"datatype":"DATATYPE","data":DATA}],"outputs":[{"name":"probabilities"}]}""";
        foreach ((string datatype, string data) in ((string, string)[])[("BOOL", "[true,false]"), ("UINT8", "[1,0]"), ("INT64", "[1,0]")])
        {
            InferenceReply reply = (await service.Client.InferAsync("policy.probabilities", Body.Replace("DATATYPE", datatype, StringComparison.Ordinal).Replace("DATA", data, StringComparison.Ordinal))).Good();
            Assert.Equal(["1", "0"], reply.Elements("probabilities"));
        }

        InferenceReply refused = await service.Client.InferAsync("policy.probabilities", Body.Replace("DATATYPE", "FP32", StringComparison.Ordinal).Replace("DATA", "[1,0]", StringComparison.Ordinal));
        Assert.Equal(400, refused.Status);
        Assert.StartsWith("action_mask: ", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_raw_body_is_the_one_required_input()
    {
        byte[] body = [.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2.5f)];
        InferenceReply raw = (await service.Client.FrameAsync("activations.softmax", body, "0")).Good();
        InferenceReply json = (await service.Client.InferAsync("activations.softmax", """{"parameters":{"binary_data_output":true},"inputs":[{"name":"logits","shape":[2],"datatype":"FP32","data":[1,2.5]}]}""")).Good();
        Assert.Equal(json.Bytes("values"), raw.Bytes("values"));
        InferenceReply refused = await service.Client.FrameAsync("activations.softmax", [1, 2, 3], "0");
        Assert.Equal(400, refused.Status);
        Assert.Contains("Input 'logits': expected a multiple of 4 bytes", refused.Error, StringComparison.Ordinal);
        foreach (string model in (string[])[Model, "activations.softmax_jacobian"])
        {
            refused = await service.Client.FrameAsync(model, body, "0");
            Assert.Equal(400, refused.Status);
            Assert.StartsWith("A raw request (Inference-Header-Content-Length: 0) needs a model with one required input", refused.Error, StringComparison.Ordinal);
        }
    }

    private async Task<InferenceReply> Good(string json) => (await service.Client.InferAsync(Model, json)).Good();

    private async Task Refused(string json, string error)
    {
        InferenceReply reply = await service.Client.InferAsync(Model, json);
        Assert.Equal(400, reply.Status);
        Assert.StartsWith(error, reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_input_may_not_have_axes_that_overflow_without_it()
    {
        InferenceReply reply = await service.Client.InferAsync(
            "activations.softmax", """{"inputs":[{"name":"logits","shape":[0,65536,65536],"datatype":"FP32","data":[]}]}""");
        Assert.Equal(400, reply.Status);
        Assert.Contains("Shape [0, 65536, 65536] was found: it has no elements", reply.Error, StringComparison.Ordinal);
    }
}
