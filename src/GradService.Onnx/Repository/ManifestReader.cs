using System.Globalization;
using System.Text.Json;

namespace GradService.Onnx.Repository;

/// <summary>Reads <c>model.json</c>, strictly: what it does not understand is an error that says where.</summary>
internal static class ManifestReader
{
    private const int LongestProse = 10_000;

    /// <summary>The members, and what sets each in the manifest that is being read.</summary>
    private static readonly Dictionary<string, Func<ModelManifest, ManifestValue, ModelManifest>> Members = new(StringComparer.Ordinal)
    {
        ["task"] = (manifest, value) => manifest with { Task = value.Choice(("segmentation", ModelTask.Segmentation)) },
        ["description"] = (manifest, value) => manifest with { Description = value.Text(LongestProse) },
        ["licence"] = (manifest, value) => manifest with { Licence = value.Text(LongestProse) },
        ["input"] = (manifest, value) => manifest with { Input = value.Text() },
        ["input_size"] = (manifest, value) => manifest with { InputSize = value.Size() },
        ["stride"] = (manifest, value) => manifest with { Stride = value.Whole(1, 1024) },
        ["max_side"] = (manifest, value) => manifest with { MaxSide = value.Whole(1, 65_536) },
        ["resize"] = (manifest, value) => manifest with
        {
            Resize = value.Choice(("bilinear", PictureResize.Bilinear), ("bilinear_antialias", PictureResize.BilinearAntialias)),
        },
        ["layout"] = (manifest, value) => manifest with { Layout = value.Choice(("NCHW", PictureLayout.NCHW), ("NHWC", PictureLayout.NHWC)) },
        ["colour_order"] = (manifest, value) => manifest with
        {
            ColourOrder = value.Choice(("RGB", ColourOrder.RGB), ("BGR", ColourOrder.BGR), ("GREY", ColourOrder.GREY)),
        },
        ["scale"] = (manifest, value) => manifest with { Scale = value.Number(number => number != 0, "a number other than 0") },
        ["mean"] = (manifest, value) => manifest with { Mean = value.Numbers(_ => true, "a finite number") },
        ["std"] = (manifest, value) => manifest with { Std = value.Numbers(number => number > 0, "a number over 0") },
        ["output"] = (manifest, value) => manifest with { Output = value.Text() },
        ["output_layout"] = (manifest, value) => manifest with { OutputLayout = value.Choice(("NCHW", PictureLayout.NCHW), ("NHWC", PictureLayout.NHWC)) },
        ["output_kind"] = (manifest, value) => manifest with
        {
            OutputKind = value.Choice(("logits", OutputKind.Logits), ("probabilities", OutputKind.Probabilities), ("binary_mask", OutputKind.BinaryMask)),
        },
        ["threshold"] = (manifest, value) => manifest with { Threshold = value.Number(_ => true, "a finite number") },
        ["class_names"] = (manifest, value) => manifest with { ClassNames = value.List(name => name.Text()) },
        ["palette"] = (manifest, value) => manifest with { Palette = value.List(colour => colour.Colour()) },
        ["class_weights"] = (manifest, value) => manifest with { ClassWeights = value.Numbers(number => number >= 0, "a number of 0 or more") },
        ["ignore_index"] = (manifest, value) => manifest with { IgnoreIndex = value.Whole(int.MinValue, int.MaxValue) },
    };

    /// <summary>What other programs call a member.</summary>
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["color_order"] = "colour_order",
        ["channel_order"] = "colour_order",
        ["license"] = "licence",
        ["labels"] = "class_names",
        ["classes"] = "class_names",
        ["names"] = "class_names",
        ["weights"] = "class_weights",
        ["weight"] = "class_weights",
        ["colors"] = "palette",
        ["colours"] = "palette",
        ["size"] = "input_size",
        ["rescale_factor"] = "scale",
        ["image_mean"] = "mean",
        ["image_std"] = "std",
        ["interpolation"] = "resize",
        ["format"] = "layout",
    };

    public static ModelManifest Read(ReadOnlyMemory<byte> json)
    {
        using JsonDocument document = Document(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new ManifestException("$", $"Found {ManifestValue.Kind(document.RootElement)}; expected an object.");
        }

        var manifest = new ModelManifest();
        foreach (JsonProperty member in document.RootElement.EnumerateObject())
        {
            if (!Members.TryGetValue(member.Name, out Func<ModelManifest, ManifestValue, ModelManifest>? set))
            {
                throw new ManifestException("$", Unknown(member.Name));
            }

            manifest = set(manifest, new ManifestValue($"$.{member.Name}", member.Value));
        }

        ManifestRules.Check(manifest);
        return manifest;
    }

    private static JsonDocument Document(ReadOnlyMemory<byte> json)
    {
        try
        {
            ReadOnlyMemory<byte> text = json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json;
            RequireText(text.Span);
            return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
        }
        catch (JsonException exception)
        {
            string line = string.Create(CultureInfo.InvariantCulture, $" (line {exception.LineNumber + 1})");
            throw new ManifestException("$", $"It is not JSON, or has a member twice: {exception.Message}{(exception.LineNumber is null ? string.Empty : line)}");
        }
    }

    // Whoever parses JSON looks at what its strings hold no sooner than they are asked for.
    private static void RequireText(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                _ = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? reader.GetString() : null;
            }
        }
        catch (InvalidOperationException)
        {
            throw new ManifestException("$", "It has text that is not UTF-8, or half of a surrogate pair. Save it as UTF-8.");
        }
    }

    private static string Unknown(string name)
    {
        string plain = Plain(name);
        string? meant = Aliases.GetValueOrDefault(name) ?? Members.Keys.FirstOrDefault(member => Plain(member) == plain);
        string hint = meant is null ? $"The members are {string.Join(", ", Members.Keys)}." : $"Did you mean \"{meant}\"?";
        return $"There is no member \"{(name.Length > 64 ? name[..64] : name)}\". {hint}";
    }

    private static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)).TrimEnd('s');
}
