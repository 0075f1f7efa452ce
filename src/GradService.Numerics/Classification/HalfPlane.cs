namespace GradService.Numerics.Classification;

/// <summary>The points of a plane where a x + b y + c is at least 0, and the line where it is 0.</summary>
internal readonly record struct HalfPlane(double A, double B, double C)
{
    public double At(double x, double y) => (A * x) + (B * y) + C;

    /// <summary>What is left of a convex polygon (I. Sutherland and G. Hodgman, 1974); no corners where less than a triangle is.</summary>
    public List<(double X, double Y)> Cut(List<(double X, double Y)> corners)
    {
        var kept = new List<(double X, double Y)>();
        for (int i = 0; i < corners.Count; i++)
        {
            (double X, double Y) here = corners[i];
            (double X, double Y) next = corners[(i + 1) % corners.Count];
            (double first, double second) = (At(here.X, here.Y), At(next.X, next.Y));
            if (first >= 0)
            {
                kept.Add(here);
            }

            if ((first > 0 && second < 0) || (first < 0 && second > 0))
            {
                double share = first / (first - second);
                kept.Add((here.X + (share * (next.X - here.X)), here.Y + (share * (next.Y - here.Y))));
            }
        }

        return kept.Count < 3 ? [] : kept;
    }
}
