using System.Globalization;
using System.Numerics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Selection;

/// <summary>Standard Gumbel noise -log(-log u): the arg-max of scores plus such noise is a draw from their softmax.</summary>
public static class GumbelNoise
{
    /// <summary>Draws noise from a seed; each row has a stream of its own, so that a row's noise does not depend on how many there are.</summary>
    /// <param name="seed">The same seed gives the same noise, on every machine.</param>
    /// <param name="candidates">M, the length of a row.</param>
    /// <param name="noise">Receives the noise, <c>[B, M]</c>.</param>
    public static void Draw(long seed, int candidates, Span<double> noise)
    {
        for (int row = 0; candidates > 0 && row < noise.Length / candidates; row++)
        {
            var random = new SeededRandom(seed, row);
            foreach (ref double value in noise.Slice(row * candidates, candidates))
            {
                value = random.NextGumbel();
            }
        }
    }

    /// <summary>Turns the caller's own uniform numbers into noise.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="uniforms">Numbers above 0 and below 1.</param>
    /// <param name="noise">Receives the noise, of their length.</param>
    /// <exception cref="OperandException">A number is not above 0 and below 1.</exception>
    public static void From<T>(ReadOnlySpan<T> uniforms, Span<double> noise)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < uniforms.Length; i++)
        {
            double u = double.CreateTruncating(uniforms[i]);
            noise[i] = u is > 0 and < 1
                ? -Math.Log(-Math.Log(u))
                : throw new OperandException(nameof(uniforms), string.Create(CultureInfo.InvariantCulture, $"{u} was found; expected a number above 0 and below 1."), i);
        }
    }
}
