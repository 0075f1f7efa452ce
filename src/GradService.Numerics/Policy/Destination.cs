namespace GradService.Numerics.Policy;

/// <summary>The lengths of the spans a policy op writes to. A wrong one is the calling code's defect, not its user's.</summary>
internal static class Destination
{
    /// <summary>Refuses a destination that is not <c>[rows, columns]</c>.</summary>
    public static void Check(int length, long rows, int columns, string name)
    {
        if (length != rows * columns)
        {
            throw new ArgumentException($"{name} receives {rows * columns} elements and has {length}.", name);
        }
    }

    /// <summary>As <see cref="Check"/>, for a destination that may be left empty.</summary>
    public static void CheckOptional(int length, long rows, int columns, string name)
    {
        if (length != 0)
        {
            Check(length, rows, columns, name);
        }
    }
}
