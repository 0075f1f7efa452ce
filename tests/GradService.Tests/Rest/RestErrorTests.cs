using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace GradService.Tests.Rest;

/// <summary>What a caller reads who got something wrong: the status, the JSON path and the message, to the letter.</summary>
public sealed class RestErrorTests(ServiceFixture service)
{
    private const string CrossEntropy = "/v1/losses/cross-entropy";

    [Theory]
    [InlineData("""{"logits":[[2,0.5,-1]],"labels":[3]}""", 422, "labels[0]", "3 is not a class: logits have 3 classes, so labels run from 0 to 2, or ignore_index (-100).")]
    [InlineData("""{"logits":[[2,0.5,-1]],"labels":[1.5]}""", 422, "labels[0]", "1.5 was found; expected an integer.")]
    [InlineData("""{"logits":[[2,0.5,-1]],"labels":[[0,1]]}""", 422, "labels", "Shape [1, 2] was found; expected class indices [1] or class probabilities [1, 3], as logits [1, 3] have their 3 classes along class_axis -1.")]
    [InlineData("""{"logits":[[2,0.5,-1]],"labels":[0],"class_axis":2}""", 422, "class_axis", "2 is not an axis: logits [1, 3] has 2 axes, so it runs from -2 to 1.")]
    [InlineData("""{"logits":[[2,0.5,-1]],"labels":[0],"weight":[1,2]}""", 422, "weight", "Shape [2] was found; expected [3], one weight for each class.")]
    [InlineData("""{"logits":[[2,0.5,-1]],"labels":[0],"reduction":"avg"}""", 422, "reduction", "\"avg\" was found; expected one of \"none\", \"sum\", \"mean\", \"mean_elements\", \"mean_batch\".")]
    [InlineData("""{"logits":[[2,0.5,-1]],"labels":[0],"reduction":"meen"}""", 422, "reduction", "\"meen\" was found; expected one of \"none\", \"sum\", \"mean\", \"mean_elements\", \"mean_batch\". Did you mean \"mean\"?")]
    [InlineData("""{"logits":[[2,0.5,-1]],"labels":[0],"label_smoothing":"x"}""", 400, "label_smoothing", "\"x\" was found; expected a number.")]
    [InlineData("""{"logits":[[2,0.5,-1]],"labels":[0],"ignore_index":1.5}""", 400, "ignore_index", "1.5 was found; expected an integer from -2147483648 to 2147483647.")]
    [InlineData("""{"logits":[[2,0.5,-1]],"labels":[0],"gradients":["labels"]}""", 422, "gradients[0]", "\"labels\" is not an input with a gradient; losses/cross-entropy has gradients by: logits.")]
    [InlineData("""{"logits":[[2,0.5,-1]],"labels":[0],"gradients":[null]}""", 422, "gradients[0]", "null is not an input with a gradient; losses/cross-entropy has gradients by: logits.")]
    [InlineData("""{"logits":[[2,0.5,-1]],"labels":[0],"upstream":[1,2]}""", 422, "upstream", "Shape [2] was found; expected [], the shape of the loss.")]
    [InlineData("""{"logits":[[2,0.5,-1]],"labels":[0],"class_axis":2147483648}""", 422, "class_axis", "2147483648 was found; expected an integer from -2147483648 to 2147483647.")]
    [InlineData("""{"logits":3,"labels":0}""", 422, "logits", "A single number was found; expected a tensor with at least one axis, such as [C].")]
    [InlineData("""{"labels":[0]}""", 422, "logits", "logits is required and was left out: Unnormalised scores, classes along `class_axis`; or probabilities with `from` = `probabilities`.")]
    public async Task A_wrong_request_is_told_what_is_wrong_and_where(string body, int status, string path, string message)
    {
        using HttpResponseMessage answer = await service.Client.PostJsonAsync(CrossEntropy, body);
        JsonNode problem = await Problem(answer, status);
        Assert.Equal(message, (string?)problem["errors"]![path]?[0]);
        Assert.Equal($"{path}: {message}", (string?)problem["detail"]);
        Assert.NotEmpty((string)problem["traceId"]!);
        Assert.StartsWith("https://www.rfc-editor.org/rfc/rfc9110#", (string?)problem["type"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"class_weights":[1],"logits":[[1]],"labels":[0]}""", "class_weights", "weight")]
    [InlineData("""{"logits":[[1]],"target":[0]}""", "target", "labels")]
    [InlineData("""{"logitz":[[1]],"labels":[0]}""", "logitz", "logits")]
    [InlineData("""{"logits":[[1]],"labels":[0],"reductoin":"sum"}""", "reductoin", "reduction")]
    public async Task An_unknown_member_gets_a_hint(string body, string path, string hint)
    {
        using HttpResponseMessage answer = await service.Client.PostJsonAsync(CrossEntropy, body);
        JsonNode problem = await Problem(answer, 400);
        Assert.Contains($"did you mean \"{hint}\"", (string?)problem["errors"]![path]?[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mean,sum")]
    [InlineData("Mean")]
    [InlineData("MeanBatch")]
    [InlineData(" sum")]
    [InlineData("0")]
    [InlineData("")]
    public async Task A_choice_is_taken_by_its_exact_spelling_alone(string reduction)
    {
        using HttpResponseMessage answer = await service.Client.PostJsonAsync(
            CrossEntropy, $$"""{"logits":[[2,0.5,-1]],"labels":[0],"reduction":"{{reduction}}"}""");
        JsonNode problem = await Problem(answer, 422);
        Assert.StartsWith($"\"{reduction}\" was found; expected one of \"none\", \"sum\"", (string?)problem["errors"]!["reduction"]?[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Weights_that_are_all_zero_give_NaN_under_smoothing_too()
    {
        using HttpResponseMessage answer = await service.Client.PostJsonAsync(
            CrossEntropy, """{"logits":[[1,2,3]],"labels":[0],"weight":[0,1,1],"label_smoothing":0.1}""");
        JsonNode loss = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal("NaN", (string?)loss["loss"]);
        Assert.Equal(["NaN", "NaN", "NaN"], loss["grad_logits"]![0]!.AsArray().Select(value => (string)value!));
        Assert.NotNull(loss["warnings"]);
    }

    [Theory]
    [InlineData("/v1/losses/cross-entropi", " Did you mean /v1/losses/cross-entropy?")]
    [InlineData("/v1/loses/cross-entropy", " Did you mean /v1/losses/cross-entropy?")]
    [InlineData("/v1/losses/foo", "")]
    [InlineData("/v1/foo", "")]
    public async Task An_operation_that_is_not_there_gets_a_hint_where_one_is_near(string path, string hint)
    {
        using HttpResponseMessage answer = await service.Client.PostJsonAsync(path, "{}");
        JsonNode problem = await Problem(answer, 404);
        Assert.Equal($"There is no {path}.{hint} GET /v1/operations lists what there is.", (string?)problem["detail"]);
    }

    [Fact]
    public async Task Another_method_is_told_the_one_allowed()
    {
        using HttpResponseMessage answer = await service.Client.GetAsync(CrossEntropy, TestContext.Current.CancellationToken);
        JsonNode problem = await Problem(answer, 405);
        Assert.Equal("GET is not a method of /v1/losses/cross-entropy; allowed: POST.", (string?)problem["detail"]);
        Assert.Equal("POST", answer.Content.Headers.Allow.Single());
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    public async Task Another_media_type_is_refused_with_the_fix(string mediaType)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        using HttpResponseMessage answer = await service.Client.PostAsync(CrossEntropy, content, TestContext.Current.CancellationToken);
        JsonNode problem = await Problem(answer, 415);
        Assert.Contains("-H 'Content-Type: application/json'", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_encodings_than_those_known_are_refused()
    {
        using var content = new StringContent("{}", Encoding.UTF8, "application/json");
        content.Headers.ContentEncoding.Add("zstd");
        using HttpResponseMessage answer = await service.Client.PostAsync(CrossEntropy, content, TestContext.Current.CancellationToken);
        await Problem(answer, 415);
    }

    [Fact]
    public async Task A_body_that_is_not_what_its_encoding_says_is_refused()
    {
        foreach (string encoding in (string[])["gzip", "deflate", "br"])
        {
            using var content = new StringContent("""{"logits":[[2,0.5,-1]],"labels":[0]}""", Encoding.UTF8, "application/json");
            content.Headers.ContentEncoding.Add(encoding);
            using HttpResponseMessage answer = await service.Client.PostAsync(CrossEntropy, content, TestContext.Current.CancellationToken);
            await Problem(answer, 400);
        }
    }

    [Theory]
    [InlineData("gzip", 1)]
    [InlineData("gzip", 40)]
    [InlineData("deflate", 1)]
    [InlineData("br", 1)]
    [InlineData("br", 40)]
    public async Task A_compressed_body_that_was_cut_off_is_told_from_broken_JSON(string encoding, int cut)
    {
        var buffer = new MemoryStream();
        await using (Stream pack = encoding switch
        {
            "gzip" => new GZipStream(buffer, CompressionLevel.Fastest, leaveOpen: true),
            "deflate" => new ZLibStream(buffer, CompressionLevel.Fastest, leaveOpen: true),
            _ => new BrotliStream(buffer, CompressionLevel.Fastest, leaveOpen: true),
        })
        {
            await pack.WriteAsync(Encoding.UTF8.GetBytes($$"""{"logits":[{{string.Join(',', Enumerable.Range(0, 300).Select(i => i * i % 97))}}],"labels":1}"""), TestContext.Current.CancellationToken);
        }

        using var content = new ByteArrayContent(buffer.ToArray()[..^cut]);
        content.Headers.ContentType = new("application/json");
        content.Headers.ContentEncoding.Add(encoding);
        using HttpResponseMessage answer = await service.Client.PostAsync(CrossEntropy, content, TestContext.Current.CancellationToken);
        JsonNode problem = await Problem(answer, 400);
        Assert.Equal("The body cannot be decompressed: it was cut off, or is not what its Content-Encoding says.", (string?)problem["detail"]);
    }

    [Fact]
    public async Task A_compressed_body_that_asks_for_a_dictionary_is_refused()
    {
        using var content = new ByteArrayContent([0x78, 0xBB, 0, 0, 0, 1, 0x4B, 0x04, 0]);
        content.Headers.ContentType = new("application/json");
        content.Headers.ContentEncoding.Add("deflate");
        using HttpResponseMessage answer = await service.Client.PostAsync(CrossEntropy, content, TestContext.Current.CancellationToken);
        JsonNode problem = await Problem(answer, 400);
        Assert.StartsWith("The body cannot be decompressed", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"logits":[[1,2]],"labels":[0],"NAME":1}""", 400)]
    [InlineData("""{"logits":{"NAME":1},"labels":[0]}""", 400)]
    [InlineData("""{"logits":[["NAME"]],"labels":[0]}""", 400)]
    [InlineData("""{"logits":[[1,2]],"labels":[0],"reduction":"NAME"}""", 422)]
    [InlineData("""{"logits":[[1,2]],"labels":[0],"reduction":{"NAME":1}}""", 400)]
    [InlineData("""{"logits":[[1,2]],"labels":[0],"gradients":["NAME"]}""", 422)]
    [InlineData("""{"logits":[[1,2]],"labels":[0],"gradients":[{"NAME":1}]}""", 400)]
    [InlineData("""{"logits":[[1,2]],"labels":[0],"dtype":"NAME"}""", 422)]
    [InlineData("""{"logits":NAME,"labels":[0]}""", 400)]
    public async Task However_long_a_name_is_only_its_beginning_is_quoted(string body, int status)
    {
        using HttpResponseMessage answer = await service.Client.PostJsonAsync(CrossEntropy, body.Replace("NAME", new string('n', 100_000), StringComparison.Ordinal));
        JsonNode problem = await Problem(answer, status);
        Assert.InRange(problem.ToJsonString().Length, 100, 2000);
    }

    [Theory]
    [InlineData("FP32", 0.99999999999)]
    [InlineData("FP64", 0.99999999999)]
    public async Task A_label_that_is_whole_by_rounding_alone_is_no_class(string dtype, double label)
    {
        using HttpResponseMessage answer = await service.Client.PostJsonAsync(CrossEntropy, $$"""{"logits":[[1,2],[1,2]],"labels":[0,{{label.ToString("R", System.Globalization.CultureInfo.InvariantCulture)}}],"dtype":"{{dtype}}"}""");
        JsonNode problem = await Problem(answer, 422);
        Assert.EndsWith("expected an integer.", (string?)problem["errors"]!["labels[1]"]?[0], StringComparison.Ordinal);
        using HttpResponseMessage shares = await service.Client.PostJsonAsync(CrossEntropy, $$"""{"logits":[[1,2],[1,2]],"labels":[[0.99999999999,0],[0,1]],"dtype":"{{dtype}}"}""");
        Assert.Equal(System.Net.HttpStatusCode.OK, shares.StatusCode);
    }

    [Theory]
    [InlineData("losses/cross-entropy", """{"logits":[[1]],"labels":[1]}""", "1 is not a class: logits have 1 class, so labels are 0, or ignore_index (-100).")]
    [InlineData("losses/cross-entropy", """{"logits":[1],"labels":[0],"class_axis":2}""", "2 is not an axis: logits [1] has 1 axis, so it runs from -1 to 0.")]
    [InlineData("losses/dice", """{"logits":[[1]],"labels":[1]}""", "1 is not a class: logits have 1 class, so labels are 0, or ignore_index (-100).")]
    [InlineData("policy/log-gradient", """{"states":[1],"theta":[[1]],"actions":1}""", "1 is not an action: theta has 1 action, so actions are 0.")]
    [InlineData("kmeans/fit", """{"points":[[1]],"n_clusters":2}""", "2 clusters were asked for, and there is 1 point: each cluster needs one.")]
    [InlineData("kmeans/assign", """{"points":[[1]],"centroids":[[1,2]]}""", "Shape [1, 2] was found; expected [1, 1], as the points [1, 1] have 1 coordinate each.")]
    [InlineData("segmentation/metrics", """{"predictions":[0],"labels":[1],"classes":1}""", "1 is not a class: there is 1 class, so labels are 0, or ignore_index (-100).")]
    public async Task One_is_not_spoken_of_as_many(string operation, string body, string message)
    {
        using HttpResponseMessage answer = await service.Client.PostJsonAsync($"/v1/{operation}", body);
        JsonNode problem = await Problem(answer, 422);
        Assert.Equal(message, (string?)problem["errors"]!.AsObject().Single().Value![0]);
    }

    private static async Task<JsonNode> Problem(HttpResponseMessage answer, int status)
    {
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return JsonNode.Parse(text)!;
    }

    [Theory]
    [InlineData("policy/returns", """{"rewards":[1],"gae_lambda":1}""", "gae_lambda", "did you mean \"lambda\"?")]
    [InlineData("policy/ppo", """{"states":[1],"theta":[[1]],"actions":0,"returns":1,"old_log_probs":0}""", "old_log_probs", "did you mean \"old_log_probabilities\"?")]
    [InlineData("losses/focal", """{"logits":[1],"labels":0,"alpha":[1]}""", "alpha", "did you mean \"weight\"?")]
    [InlineData("losses/dice", """{"logits":[1],"labels":0,"reduction":"mean"}""", "reduction", "did you mean \"average\"?")]
    [InlineData("losses/kl-divergence", """{"log_probs":[1],"target":[0],"reduction":"batchmean"}""", "reduction", "Did you mean \"mean_batch\"?")]
    [InlineData("policy/sample", """{"states":[1],"theta":[[1]],"mode":"argmax"}""", "mode", "Did you mean \"greedy\"?")]
    [InlineData("selection/select", """{"logits":[1],"candidates":[1],"mode":"argmax"}""", "mode", "Did you mean \"hard\"?")]
    [InlineData("similarity/cross-correlation", """{"input":[[[[1]]]],"kernel":[[[[1]]]],"layout":"NHWC"}""", "layout", "Did you mean \"channels_last\"?")]
    [InlineData("similarity/cross-correlation", """{"input":[[[[1]]]],"kernel":[[[[1]]]],"groups":2147483648}""", "groups", "2147483648 was found; expected an integer from 1 to 2147483647.")]
    [InlineData("similarity/cross-correlation", """{"input":[[[1,2]]],"kernel":[[[[1]]]]}""", "input", "sequences are [B, C, 1, L].")]
    [InlineData("activations/softmax", """{"logits":{"shape":[0,2147483647,2147483647],"data":[]},"axis":0}""", "logits", "its axes of other lengths than 0 may have 2147483647 at most between them.")]
    [InlineData("similarity/siamese", """{"template":[[[[1,2]]]],"search":[[[[1]]]]}""", "template", "send a smaller template.")]
    public async Task Words_of_other_libraries_and_near_misses_get_a_hint(string operation, string body, string path, string hint)
    {
        using HttpResponseMessage answer = await service.Client.PostJsonAsync("/v1/" + operation, body);
        JsonNode problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.EndsWith(hint, (string?)problem["errors"]![path]?[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("losses/cross-entropy", "[[2,3,-1]]", "[1]", "3 of 3")]
    [InlineData("losses/cross-entropy", "[[1,0,0.5]]", "[0]", null)]
    [InlineData("losses/binary-cross-entropy", "[2,0.5]", "[1,0]", "1 of 2")]
    [InlineData("losses/binary-cross-entropy", "[1,0]", "[1,0]", null)]
    public async Task Scores_that_cannot_be_probabilities_are_warned_of(string operation, string scores, string labels, string? counted)
    {
        using HttpResponseMessage answer = await service.Client.PostJsonAsync("/v1/" + operation, $$"""{"logits":{{scores}},"labels":{{labels}},"from":"probabilities"}""");
        JsonNode found = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(counted is null ? null : $"Probabilities outside 0 to 1 were found ({counted}): they are clipped, and their gradient is 0. If they are unnormalised scores, send from = logits.", (string?)found["warnings"]?[0]);
    }
}
