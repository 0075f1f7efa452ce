namespace GradService.Wire;

/// <summary>What came of reading one element.</summary>
internal enum NumberOutcome
{
    /// <summary>The value was read.</summary>
    Read,

    /// <summary>What stands there does not begin like a number (nor, where BOOL is read, like a boolean).</summary>
    NotANumber,

    /// <summary>It begins like a number, but breaks JSON's grammar.</summary>
    Malformed,

    /// <summary>A number with a fraction where a whole one is asked for.</summary>
    NotWhole,

    /// <summary>A number beyond the range of the element type.</summary>
    OutOfRange,
}
