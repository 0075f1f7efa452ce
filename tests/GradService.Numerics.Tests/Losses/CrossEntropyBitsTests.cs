using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests.Losses;

public sealed class CrossEntropyBitsTests
{
    /// <summary>Recorded once; run with DOTNET_EnableAVX512=0, DOTNET_EnableAVX2=0 or DOTNET_EnableHWIntrinsic=0 it must hold as well.</summary>
    [Theory]
    [InlineData(false, 0.0, 1, 10364357111669536179UL)]
    [InlineData(false, 0.1, 1, 7684396535769383943UL)]
    [InlineData(true, 0.1, 1, 978659998906643667UL)]
    [InlineData(false, 0.0, 40, 12936217351988032549UL)]
    public void The_bits_are_those_recorded_whatever_the_width_of_the_vectors(bool shares, double smoothing, int times, ulong expected)
    {
        ulong hash = 14695981039346656037;
        foreach (AxisView view in new AxisView[] { new(2, 12, 131 * times), new(67 * times, 7, 1), new(1, times == 1 ? 300 : 200, 9 * times) })
        {
            Problem problem = Problems.Random(11, view, new CrossEntropyOptions { LabelSmoothing = smoothing, Reduction = Reduction.None }, shares, sampleWeight: true);
            foreach (Evaluation found in new[] { Evaluation.Of<float>(problem), Evaluation.Of<double>(problem) })
            {
                foreach (double value in (double[])[found.Summary.Loss, .. found.Losses, .. found.Gradient])
                {
                    hash = (hash ^ BitConverter.DoubleToUInt64Bits(value)) * 1099511628211;
                }
            }
        }

        Assert.Equal(expected, hash);
    }
}
