using System.Numerics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Similarity;

/// <summary>
/// The likeness of a template to every patch of a search image, pair by pair. With patch u and template z: the dot product sum u z, its
/// cosine sum u z / (|u| |z|), or zero-mean normalised cross-correlation, the cosine of u - mean u and z - mean z. 0/0 is 0.
/// </summary>
public static unsafe class SiameseCorrelation
{
    /// <summary>Computes the responses.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="template"><c>[B, C, h, w]</c>.</param>
    /// <param name="search"><c>[B, C, H, W]</c>.</param>
    /// <param name="geometry">The shapes.</param>
    /// <param name="normalization">How likeness is measured.</param>
    /// <param name="response">Receives the responses, of the geometry's shape.</param>
    /// <param name="execution">Threads and cancellation.</param>
    public static void Forward<T>(
        ReadOnlySpan<T> template, ReadOnlySpan<T> search, SiameseGeometry geometry, SimilarityNormalization normalization, Span<T> response, Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(template.Length, search.Length, response.Length, geometry);
        if (geometry.Units == 0)
        {
            return;
        }

        if (normalization == SimilarityNormalization.None)
        {
            CrossCorrelation.Forward(search, template, default, geometry.Grouped(), response, execution);
            return;
        }

        using var scratch = new Scratch(2L * geometry.Units, 1);
        double* scales = scratch.Take(2L * geometry.Units);
        fixed (T* templateAt = template, searchAt = search, responseAt = response)
        {
            Scales(templateAt, searchAt, geometry, scales);
            var job = new LikenessJob<T>(geometry, normalization, scales, templateAt, searchAt, responseAt, null, null);
            Chunks.Run(job.Count, job, execution);
        }
    }

    /// <summary>Computes the gradients of sum(upstream * response). Where 0/0 was taken for 0, the gradient is 0 as well.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="template"><c>[B, C, h, w]</c>.</param>
    /// <param name="search"><c>[B, C, H, W]</c>.</param>
    /// <param name="upstream">The gradient by the response, of its shape.</param>
    /// <param name="geometry">The shapes.</param>
    /// <param name="normalization">How likeness is measured.</param>
    /// <param name="gradTemplate">Receives the gradient by the template, of its shape; or empty.</param>
    /// <param name="gradSearch">Receives the gradient by the search images, of their shape; or empty.</param>
    /// <param name="execution">Threads and cancellation.</param>
    public static void Backward<T>(
        ReadOnlySpan<T> template,
        ReadOnlySpan<T> search,
        ReadOnlySpan<T> upstream,
        SiameseGeometry geometry,
        SimilarityNormalization normalization,
        Span<T> gradTemplate,
        Span<T> gradSearch,
        Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(template.Length, search.Length, upstream.Length, geometry);
        if ((!gradTemplate.IsEmpty && gradTemplate.Length != template.Length) || (!gradSearch.IsEmpty && gradSearch.Length != search.Length))
        {
            throw new ArgumentException("A gradient has its operand's length.", nameof(gradTemplate));
        }

        if (geometry.Units == 0)
        {
            return;
        }

        if (normalization == SimilarityNormalization.None)
        {
            CrossCorrelationGeometry grouped = geometry.Grouped();
            if (!gradTemplate.IsEmpty)
            {
                CrossCorrelation.GradKernel(search, upstream, grouped, gradTemplate, execution);
            }

            if (!gradSearch.IsEmpty)
            {
                CrossCorrelation.GradInput(upstream, template, grouped, gradSearch, execution);
            }

            return;
        }

        long maps = (long)geometry.Units * LikenessMaps.Planes * geometry.Positions;
        using var scratch = new Scratch(maps + (2L * geometry.Units), 2);
        double* map = scratch.Take(maps);
        double* scales = scratch.Take(2L * geometry.Units);
        fixed (T* templateAt = template, searchAt = search, upstreamAt = upstream, gradTemplateAt = gradTemplate, gradSearchAt = gradSearch)
        {
            Scales(templateAt, searchAt, geometry, scales);
            var likeness = new LikenessJob<T>(geometry, normalization, scales, templateAt, searchAt, null, upstreamAt, map);
            Chunks.Run(likeness.Count, likeness, execution);
            if (!gradSearch.IsEmpty)
            {
                var job = new LikenessSearchJob<T>(geometry, normalization, scales, templateAt, searchAt, map, gradSearchAt);
                Chunks.Run(job.Count, job, execution);
            }

            if (!gradTemplate.IsEmpty)
            {
                var job = new LikenessTemplateJob<T>(geometry, normalization, scales, templateAt, searchAt, map, gradTemplateAt);
                Chunks.Run(geometry.Batch * geometry.Channels, job, execution);
            }
        }
    }

    // Of each unit: what its search image, and its template, are multiplied by.
    private static void Scales<T>(T* template, T* search, SiameseGeometry geometry, double* scales)
        where T : unmanaged
    {
        long ofTemplate = (long)geometry.UnitChannels * geometry.TemplateArea;
        long ofSearch = (long)geometry.UnitChannels * geometry.SearchArea;
        for (int unit = 0; unit < geometry.Units; unit++)
        {
            scales[2 * unit] = LikenessMaps.ScaleOf(search + (unit * ofSearch), ofSearch);
            scales[(2 * unit) + 1] = LikenessMaps.ScaleOf(template + (unit * ofTemplate), ofTemplate);
        }
    }

    private static void Check(int template, int search, int response, SiameseGeometry geometry)
    {
        long planes = (long)geometry.Batch * geometry.Channels;
        if (template != planes * geometry.TemplateArea || search != planes * geometry.SearchArea || response != geometry.Response.Length)
        {
            throw new ArgumentException($"Templates, search images and responses have {template}, {search} and {response} elements; the geometry has {planes * geometry.TemplateArea}, {planes * geometry.SearchArea} and {geometry.Response.Length}.", nameof(template));
        }
    }
}
