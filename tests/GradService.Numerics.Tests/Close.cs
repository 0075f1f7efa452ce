namespace GradService.Numerics.Tests;

/// <summary>Compares spans of figures, saying where they part.</summary>
internal static class Close
{
    public static void All(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double relative, double absolute = 0)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            bool same = expected[i].Equals(actual[i]) || Math.Abs(expected[i] - actual[i]) <= absolute + relative * Math.Abs(expected[i]);
            Assert.True(same, $"At {i}: expected {expected[i]:R}, found {actual[i]:R}.");
        }
    }
}
