using System.Text.Json;

namespace GradService.Numerics.Tests.Oracles;

/// <summary>scikit-learn's bundled data sets and what its KMeans made of them, as it comes and standardised.</summary>
internal static class Datasets
{
    private static readonly Lazy<JsonElement> Sets = new(() => OracleFile.Read("sklearn_datasets.json").GetProperty("datasets"));
    private static readonly Lazy<JsonElement> KmeansResults = new(() => OracleFile.Read("sklearn_kmeans_results.json").GetProperty("results"));

    public static (double[] Points, int Dimensions) Read(string name, bool standardised)
    {
        JsonElement set = Sets.Value.GetProperty(name);
        double[] points = (set.TryGetProperty("X", out JsonElement x) && x.ValueKind == JsonValueKind.Array ? x : set.GetProperty("X_int")).Flat();
        int dimensions = set.GetProperty("shape")[1].GetInt32();
        if (standardised)
        {
            Standardise(points, dimensions);
        }

        return (points, dimensions);
    }

    public static JsonElement Kmeans(string name, bool standardised) =>
        KmeansResults.Value.GetProperty(name).GetProperty(standardised ? "standardised" : "raw");

    private static void Standardise(double[] points, int dimensions)
    {
        int count = points.Length / dimensions;
        for (int d = 0; d < dimensions; d++)
        {
            double mean = Enumerable.Range(0, count).Sum(i => points[(i * dimensions) + d]) / count;
            double deviation = Math.Sqrt(Enumerable.Range(0, count).Sum(i => Math.Pow(points[(i * dimensions) + d] - mean, 2)) / count);
            for (int i = d; i < points.Length; i += dimensions)
            {
                points[i] = (points[i] - mean) / (deviation == 0 ? 1 : deviation);
            }
        }
    }
}
