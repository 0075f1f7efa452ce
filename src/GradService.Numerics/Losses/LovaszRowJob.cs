using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>The loss of one class in one image: walks its errors from the largest, and replaces each by the slope of the loss with respect to the probability.</summary>
internal unsafe struct LovaszRowJob : IChunkJob
{
    public int Classes;
    public int PerImage;

    /// <summary>Whether a class that is nowhere in the labels has a loss.</summary>
    public bool Absent;
    public int* Labels;
    public int* Order;

    /// <summary>The errors, <c>[images, C, elements of an image]</c>; the slopes when the row is done.</summary>
    public double* Rows;

    /// <summary>The elements of each class, <c>[images, C]</c>.</summary>
    public double* Counts;
    public double* Losses;

    public readonly void Run(int chunk)
    {
        (int image, int label) = Math.DivRem(chunk, Classes);
        var row = new Span<double>(Rows + ((long)chunk * PerImage), PerImage);
        var labels = new ReadOnlySpan<int>(Labels + ((long)image * PerImage), PerImage);
        double size = Counts[chunk];
        Losses[chunk] = 0;
        if (size == 0 && !Absent)
        {
            row.Clear();
            return;
        }

        double remaining = size;
        double union = size;
        double loss = 0;
        foreach (int position in new ReadOnlySpan<int>(Order + ((long)chunk * PerImage), PerImage))
        {
            if (position < 0)
            {
                break;
            }

            bool hit = labels[position] == label;
            double growth;
            if (hit)
            {
                growth = 1 / union;
                remaining--;
            }
            else
            {
                // Without elements of the class the first error alone makes the Jaccard loss 1.
                growth = union == 0 ? 1 : remaining / union / (union + 1);
                union++;
            }

            loss += row[position] * growth;
            row[position] = hit ? -growth : growth;
        }

        Losses[chunk] = loss;
    }
}
