namespace GradService.Numerics.Classification;

/// <summary>The class of a sample that lies exactly on the boundary.</summary>
public enum Tie
{
    /// <summary>Class 1: p &gt;= threshold, as textbooks have it.</summary>
    Positive,

    /// <summary>Class 0: p &gt; threshold, as scikit-learn's <c>decision_function &gt; 0</c> has it.</summary>
    Negative,
}
