using System.Globalization;

namespace GradService.Numerics;

/// <summary>Numbers of things, in the words of a message.</summary>
public static class Quantity
{
    /// <summary>So many of a thing: "1 class", "3 classes", "1 value was", "0 values were".</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">What follows a 1.</param>
    /// <param name="many">What follows any other number.</param>
    public static string Of(long count, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");

    /// <summary>So many of a thing and the indices that they leave: "3 classes, so labels run from 0 to 2".</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">What follows a 1.</param>
    /// <param name="many">What follows any other number.</param>
    /// <param name="indices">What the numbers of the things are called, in the plural: "labels".</param>
    public static string Numbered(int count, string one, string many, string indices) => count switch
    {
        0 => $"no {many}, so {indices} cannot be any",
        1 => $"1 {one}, so {indices} are 0",
        _ => string.Create(CultureInfo.InvariantCulture, $"{count} {many}, so {indices} run from 0 to {count - 1}"),
    };
}
