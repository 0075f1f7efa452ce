using System.Text.Json;
using System.Text.Json.Nodes;
using GradService.Catalog;
using GradService.Hosting;
using GradService.Numerics.Tensors;
using GradService.Onnx.Pictures;
using GradService.Onnx.Repository;
using GradService.Operations.Losses;
using GradService.Wire;
using Microsoft.Net.Http.Headers;

namespace GradService.Models;

/// <summary>Reads what <c>evaluate</c> takes: a form with picture, labels and parameters, or a JSON body with tensors; what is left out the model's own <c>model.json</c> says.</summary>
internal sealed class EvaluateRequestReader(EvaluateMembers members, Limits limits, PictureReader reader)
{
    private readonly RequestAssembly _assembly = new(members.Operation);
    private readonly WireLimits _limits = limits.Wire;

    /// <summary>The operation that the loss and its gradient come from.</summary>
    public Operation Operation => members.Operation;

    /// <exception cref="BodyException">The body is no such request.</exception>
    public async ValueTask<EvaluateRequest> ReadAsync(HttpContext context, PictureModel takes, TensorScope scope)
    {
        (PictureForm form, MediaTypeHeaderValue type) = PictureTypes.Of(context.Request, takesFile: false);
        if (form == PictureForm.Json)
        {
            Memory<byte> body = await BodyReader.ReadAsync(context, scope, limits).ConfigureAwait(false);
            return OfTensors(BodyScanner.Scan(body, members.Table, scope, _limits), takes, scope);
        }

        return OfForm(await MultipartBody.ReadAsync(context, type, scope, limits).ConfigureAwait(false), takes, scope);
    }

    private EvaluateRequest OfTensors(ScannedBody scanned, PictureModel takes, TensorScope scope)
    {
        SentPictures pictures = PictureReader.Take(scanned.Tensors[members.Table.Find("image"u8)] ?? throw LeftOut(EvaluateMembers.Image, "the picture, [H, W, 3] or [B, H, W, 3]"), scope);
        int labels = members.Table.Find("labels"u8);
        scanned.Tensors[labels] = Batched(scanned.Tensors[labels] ?? throw LeftOut(EvaluateMembers.Labels, "the class of each pixel, [H, W] or [B, H, W]"), pictures);
        return Assembled(scanned, pictures, takes, scope);
    }

    private EvaluateRequest OfForm(IReadOnlyList<FormField> fields, PictureModel takes, TensorScope scope)
    {
        ReadOnlyMemory<byte> image = Only(fields, EvaluateMembers.Image, "the picture, as PNG, JPEG or WebP");
        ReadOnlyMemory<byte> labels = Only(fields, EvaluateMembers.Labels, "an index PNG, or an RGB PNG in the model's colours");
        IEnumerable<FormField> others = fields.Where(field => field.Name is not (EvaluateMembers.Image or EvaluateMembers.Labels));
        ScannedBody scanned = BodyScanner.Scan(FormParameters.Compose(others, members, scope), members.Table, scope, _limits);
        foreach (string file in (string[])[EvaluateMembers.Image, EvaluateMembers.Labels])
        {
            if (scanned.Tensors[members.Table.Find(System.Text.Encoding.UTF8.GetBytes(file))] is not null)
            {
                throw new BodyException(file, $"\"{file}\" stands among the parameters and as a file; expected it once.", BodyException.Malformed);
            }
        }

        SentPictures pictures = reader.Decode(image, EvaluateMembers.Image, scope);
        IReadOnlyList<Rgb> colours = takes.Manifest.Palette ?? Palette.Default(takes.Manifest.ClassNames?.Count ?? (takes.IsBinary ? 2 : ColourMask.MaxIndices));
        scanned.Tensors[members.Table.Find("labels"u8)] = reader.DecodeLabels(labels, colours, pictures, scope);
        return Assembled(scanned, pictures, takes, scope);
    }

    private EvaluateRequest Assembled(ScannedBody scanned, SentPictures pictures, PictureModel takes, TensorScope scope)
    {
        JsonObject parameters = JsonNode.Parse(scanned.Skeleton.Span)!.AsObject();
        bool returnsLogits = Flag(parameters, EvaluateMembers.ReturnLogits);
        parameters.TryAdd(EvaluateMembers.Gradients, new JsonArray());
        if (takes.Manifest.IgnoreIndex is { } ignored)
        {
            parameters.TryAdd(EvaluateMembers.IgnoreIndex, ignored);
        }

        if (takes.Manifest.OutputKind != OutputKind.Logits)
        {
            parameters.TryAdd(EvaluateMembers.From, "probabilities");
        }

        int weight = members.Table.Find("weight"u8);
        scanned.Tensors[weight] ??= takes.Manifest.ClassWeights is { } weights ? Weights(weights, scanned.Floating, scope) : null;
        var request = (CrossEntropyRequest)_assembly.Assemble(JsonSerializer.SerializeToUtf8Bytes(parameters), members.InOrder(scanned.Tensors, scope.Scalar(0f)));
        return request.ClassAxis is -1 or 3 or 1 or -3
            ? new EvaluateRequest(pictures, request, scanned.Floating, returnsLogits)
            : throw new BodyException("class_axis", $"{request.ClassAxis} was found; expected -1 for logits [B, H, W, C], or 1 for [B, C, H, W].", BodyException.Senseless);
    }

    // One picture without a batch axis has labels without one; the logits always have it.
    private static Tensor Batched(Tensor labels, SentPictures pictures)
    {
        ReadOnlySpan<int> lengths = labels.Shape.Lengths;
        bool isUnbatched = pictures.Count == 1 && labels.Shape.Rank is 2 or 3 && lengths[0] == pictures.Height && lengths[1] == pictures.Width;
        return isUnbatched ? labels.Reshape(new Shape([1, .. lengths])) : labels;
    }

    private static Tensor Weights(IReadOnlyList<double> weights, ElementType floating, TensorScope scope)
    {
        if (floating == ElementType.FP64)
        {
            Tensor<double> doubles = scope.Rent<double>(new Shape(weights.Count));
            weights.ToArray().CopyTo(doubles.Span);
            return doubles;
        }

        Tensor<float> singles = scope.Rent<float>(new Shape(weights.Count));
        for (int c = 0; c < weights.Count; c++)
        {
            singles.Span[c] = (float)weights[c];
        }

        return singles;
    }

    private static bool Flag(JsonObject parameters, string name)
    {
        if (!parameters.Remove(name, out JsonNode? value) || value is null)
        {
            return false;
        }

        return value.GetValueKind() is JsonValueKind.True or JsonValueKind.False
            ? value.GetValue<bool>()
            : throw new BodyException(name, $"{value.ToJsonString()} was found; expected true or false.", BodyException.Malformed);
    }

    private static ReadOnlyMemory<byte> Only(IReadOnlyList<FormField> fields, string name, string what)
    {
        FormField[] found = [.. fields.Where(field => field.Name == name)];
        return found.Length switch
        {
            1 => found[0].Content,
            0 => throw LeftOut(name, what),
            _ => throw new BodyException(name, $"The field \"{name}\" stands {found.Length} times in the body; expected it once.", BodyException.Malformed),
        };
    }

    private static BodyException LeftOut(string name, string what) => new(name, $"{name} is required and was left out: {what}.", BodyException.Senseless);
}
