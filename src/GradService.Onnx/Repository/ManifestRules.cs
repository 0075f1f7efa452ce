namespace GradService.Onnx.Repository;

/// <summary>Members of a manifest that must agree with each other.</summary>
internal static class ManifestRules
{
    public static void Check(ModelManifest manifest)
    {
        int channels = manifest.ColourOrder == ColourOrder.GREY ? 1 : 3;
        CheckCount("mean", manifest.Mean?.Count, channels, $"the {channels} of colour_order {manifest.ColourOrder}");
        CheckCount("std", manifest.Std?.Count, channels, $"the {channels} of colour_order {manifest.ColourOrder}");

        (int? classes, string source) = manifest switch
        {
            { OutputKind: OutputKind.BinaryMask } => (2, "the 2 of a binary mask: background and foreground"),
            { ClassNames: { } names } => ((int?)names.Count, $"the {names.Count} of class_names"),
            { Palette: { } palette } => (palette.Count, $"the {palette.Count} of palette"),
            _ => (null, string.Empty),
        };
        if (classes is { } count)
        {
            CheckCount("class_names", manifest.ClassNames?.Count, count, source);
            CheckCount("palette", manifest.Palette?.Count, count, source);
            CheckCount("class_weights", manifest.ClassWeights?.Count, count, source);
        }

        if (manifest.ClassNames?.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ManifestException("$.class_names", $"\"{twice.Key}\" is there {twice.Count()} times; each class needs a name of its own.");
        }
    }

    private static void CheckCount(string member, int? found, int expected, string source)
    {
        if (found is { } count && count != expected)
        {
            throw new ManifestException($"$.{member}", $"It has {count} entries; expected as many as {source}.");
        }
    }
}
