using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Numerics.Tensors;
using GradService.Onnx.Pictures;
using GradService.Onnx.Repository;
using GradService.Wire;

namespace GradService.Models;

/// <summary>Answers a segmentation as JSON: the share of each class, the mask of each class that is there, and the class of each pixel.</summary>
internal static class SegmentNumbers
{
    public static async Task WriteAsync(HttpContext context, Segmented found, TensorFormat format, TensorScope scope)
    {
        List<ClassRuns> runs = Runs(found, scope);
        Tensor labels = found.Pictures.Count == 1 ? found.Labels.Reshape(found.Labels.Shape.Without(0)) : found.Labels;
        var answer = new ModelAnswer(context, format);
        answer.Member("model", found.Model.Name);
        answer.Member("version", found.Model.Version);
        answer.Member("height", found.Pictures.Height);
        answer.Member("width", found.Pictures.Width);
        answer.Member("classes", Classes(found));
        await answer.ListAsync("masks", runs, (mask, writer) => WriteAsync(mask, found, writer, context.RequestAborted)).ConfigureAwait(false);
        await answer.MemberAsync("labels", labels).ConfigureAwait(false);
        await answer.EndAsync().ConfigureAwait(false);
    }

    private static JsonArray Classes(Segmented found)
    {
        var pixels = new long[found.Classes];
        foreach (int label in found.Labels.Span)
        {
            pixels[label]++;
        }

        IReadOnlyList<string> names = found.Takes.ClassNames(found.Classes);
        IReadOnlyList<Rgb> colours = found.Takes.Colours(found.Classes);
        return
        [
            .. Enumerable.Range(0, found.Classes).Select(c => (JsonNode)new JsonObject
            {
                ["class"] = c,
                ["name"] = names[c],
                ["colour"] = colours[c].ToString(),
                ["pixels"] = pixels[c],
                ["share"] = (double)pixels[c] / found.Labels.Length,
            }),
        ];
    }

    private static List<ClassRuns> Runs(Segmented found, TensorScope scope)
    {
        var masks = new List<ClassRuns>();
        var counts = new int[found.Classes];
        for (int picture = 0; picture < found.Pictures.Count; picture++)
        {
            ReadOnlySpan<int> labels = found.Of(picture);
            RunLength.Count(labels, found.Pictures.Width, counts);
            Tensor<int> lengths = scope.Rent<int>(new Shape(counts.Sum()));
            RunLength.Write(labels, found.Pictures.Width, counts, lengths.Span);
            int from = 0;
            for (int c = 0; c < counts.Length; from += counts[c++])
            {
                if (counts[c] > 0)
                {
                    masks.Add(new ClassRuns(picture, c, lengths.Part(new Shape(counts[c]), from)));
                }
            }
        }

        return masks;
    }

    private static async ValueTask WriteAsync(ClassRuns mask, Segmented found, PipeWriter writer, CancellationToken cancellation)
    {
        writer.Write(Encoding.ASCII.GetBytes($"{{\"image\":{mask.Picture},\"class\":{mask.Class},\"size\":[{found.Pictures.Height},{found.Pictures.Width}],\"counts\":"));
        await TensorStream.WriteAsync(mask.Lengths, TensorFormat.Nested, writer, cancellation).ConfigureAwait(false);
        writer.Write("}"u8);
    }

    private readonly record struct ClassRuns(int Picture, int Class, Tensor<int> Lengths);
}
