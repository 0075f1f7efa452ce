namespace GradService.Numerics.Classification;

/// <summary>What is left of a line after one half-plane after the other has cut it: an interval of its parameter (M. Cyrus and J. Beck, 1978).</summary>
internal struct LineClip
{
    private readonly double _x;
    private readonly double _y;
    private readonly double _dx;
    private readonly double _dy;
    private double _from;
    private double _to;

    private LineClip(double x, double y, double dx, double dy)
    {
        (_x, _y, _dx, _dy) = (x, y, dx, dy);
        (_from, _to) = (double.NegativeInfinity, double.PositiveInfinity);
    }

    /// <summary>How much of the line is left, in units of its direction.</summary>
    public readonly double Length => _to - _from;

    /// <summary>The end at the smaller parameter.</summary>
    public readonly (double X, double Y) From => (_x + (_from * _dx), _y + (_from * _dy));

    /// <summary>The end at the larger parameter.</summary>
    public readonly (double X, double Y) To => (_x + (_to * _dx), _y + (_to * _dy));

    /// <summary>The part of a line inside a box; false where there is no line, as neither coordinate moves the score.</summary>
    public static bool TryStart(HalfPlane line, BoundaryPlane box, out LineClip clip)
    {
        clip = default;
        double largest = Math.Max(Math.Abs(line.A), Math.Abs(line.B));
        if (largest == 0)
        {
            return false;
        }

        // From the point nearest to the middle of the box, so that its far corners lose no digits to a far origin.
        (double a, double b) = (line.A / largest, line.B / largest);
        double square = (a * a) + (b * b);
        (double middleX, double middleY) = (box.XMin + ((box.XMax - box.XMin) / 2), box.YMin + ((box.YMax - box.YMin) / 2));
        double away = line.At(middleX, middleY) / largest / square;
        clip = new LineClip(middleX - (away * a), middleY - (away * b), -b, a);
        clip.Keep(new HalfPlane(1, 0, -box.XMin));
        clip.Keep(new HalfPlane(-1, 0, box.XMax));
        clip.Keep(new HalfPlane(0, 1, -box.YMin));
        clip.Keep(new HalfPlane(0, -1, box.YMax));
        return clip.Length > 0;
    }

    /// <summary>Keeps what lies in the half-plane.</summary>
    public void Keep(HalfPlane half)
    {
        double slope = (half.A * _dx) + (half.B * _dy);
        double value = half.At(_x, _y);
        if (slope > 0)
        {
            _from = Math.Max(_from, -value / slope);
        }
        else if (slope < 0)
        {
            _to = Math.Min(_to, -value / slope);
        }
        else if (value < 0)
        {
            _to = double.NegativeInfinity;
        }
    }
}
