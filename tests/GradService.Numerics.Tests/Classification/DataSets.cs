using System.Text.Json;
using GradService.Numerics.Tests.Oracles;

namespace GradService.Numerics.Tests.Classification;

/// <summary>Iris, wine and breast cancer with their logistic optima: <c>Oracles/sklearn_logistic.json</c>.</summary>
internal static class DataSets
{
    private static readonly Lazy<JsonElement> All = new(() => OracleFile.Read("sklearn_logistic.json").GetProperty("sets"));

    public static (double[] Features, int[] Labels, int Count) Raw(string name)
    {
        JsonElement set = All.Value.GetProperty(name);
        return (set.GetProperty("features").Flat(), set.GetProperty("labels").FlatIndices(), set.GetProperty("shape")[1].GetInt32());
    }

    public static (double[] Features, int[] Labels, int Count) Standardised(string name)
    {
        (double[] features, int[] labels, int count) = Raw(name);
        for (int f = 0; f < count; f++)
        {
            double[] column = [.. Enumerable.Range(0, labels.Length).Select(i => features[(i * count) + f])];
            double mean = column.Average();
            double deviation = Math.Sqrt(column.Average(x => (x - mean) * (x - mean)));
            for (int i = 0; i < labels.Length; i++)
            {
                features[(i * count) + f] = (features[(i * count) + f] - mean) / deviation;
            }
        }

        return (features, labels, count);
    }

    public static JsonElement Fit(string name, string c) => All.Value.GetProperty(name).GetProperty("fits").GetProperty(c);
}
