using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Classification;

/// <summary>What a chunk of samples adds up, in eight lanes: see <see cref="LogisticSums"/>.</summary>
internal struct LogisticTally()
{
    private Vector512<double> _loss = Vector512<double>.Zero;
    private Vector512<double> _weight = Vector512<double>.Zero;
    private Vector512<double> _correct = Vector512<double>.Zero;
    private Vector512<double> _least = Vector512.Create(double.PositiveInfinity);
    private Vector512<double> _greatest = Vector512.Create(double.NegativeInfinity);

    public readonly LogisticSums Sums
    {
        get
        {
            (double least, double greatest) = (double.PositiveInfinity, double.NegativeInfinity);
            for (int lane = 0; lane < Tile.Lanes; lane++)
            {
                least = Math.Min(least, _least[lane]);
                greatest = Math.Max(greatest, _greatest[lane]);
            }

            return new LogisticSums(Lanes.Sum(_loss), Lanes.Sum(_weight), Lanes.Sum(_correct), least, greatest);
        }
    }

    /// <summary>Adds eight samples; those of weight 0 have no say in the margins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Vector512<double> loss, Vector512<double> weight, Vector512<double> isCorrect, Vector512<double> least, Vector512<double> greatest)
    {
        Vector512<double> weightless = Vector512.Equals(weight, Vector512<double>.Zero);
        _loss += loss;
        _weight += weight;
        _correct += isCorrect & weight;
        _least = Vector512.Min(_least, Vector512.ConditionalSelect(weightless, Vector512.Create(double.PositiveInfinity), least));
        _greatest = Vector512.Max(_greatest, Vector512.ConditionalSelect(weightless, Vector512.Create(double.NegativeInfinity), greatest));
    }
}
