namespace GradService.Onnx.Pictures;

/// <summary>Resizes 8-bit pictures as Pillow does: a triangle as wide as the scale, so that nothing is skipped when a picture shrinks.</summary>
/// <remarks>
/// The bits are those of PIL.Image.resize(size, BILINEAR), and so those of torchvision's Resize on PIL pictures: weights of 22 binary places,
/// first along the rows, then along the columns, rounded to 8 bits after each (Pillow, src/libImaging/Resample.c).
/// </remarks>
public static class AntialiasedResize
{
    private const int Places = 22;

    /// <summary>The bytes of scratch that a resize asks for.</summary>
    /// <param name="height">The picture's height.</param>
    /// <param name="toWidth">The width wanted.</param>
    /// <param name="channels">Values of one pixel.</param>
    public static long ScratchBytes(int height, int toWidth, int channels) => (long)height * toWidth * channels;

    /// <summary>Resizes a picture.</summary>
    /// <param name="source"><c>[height, width, channels]</c>.</param>
    /// <param name="width">Its width, at least 1.</param>
    /// <param name="height">Its height, at least 1.</param>
    /// <param name="channels">Values of one pixel.</param>
    /// <param name="scratch">At least <see cref="ScratchBytes"/>.</param>
    /// <param name="toWidth">The width wanted, at least 1.</param>
    /// <param name="toHeight">The height wanted, at least 1.</param>
    /// <param name="destination">Receives <c>[toHeight, toWidth, channels]</c>.</param>
    /// <param name="cancellation">Looked at before each row.</param>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static void Resize(ReadOnlySpan<byte> source, int width, int height, int channels, Span<byte> scratch, int toWidth, int toHeight, Span<byte> destination, CancellationToken cancellation = default)
    {
        ReadOnlySpan<byte> rows = source[..(height * width * channels)];
        if (toWidth != width)
        {
            var along = new TriangleWeights(width, toWidth);
            Span<byte> narrowed = scratch[..(height * toWidth * channels)];
            for (int y = 0; y < height; y++)
            {
                cancellation.ThrowIfCancellationRequested();
                AlongRow(rows.Slice(y * width * channels, width * channels), channels, along, narrowed.Slice(y * toWidth * channels, toWidth * channels));
            }

            rows = narrowed;
        }

        int pitch = toWidth * channels;
        if (toHeight == height)
        {
            rows.CopyTo(destination);
            return;
        }

        var down = new TriangleWeights(height, toHeight);
        var sums = new int[pitch];
        for (int y = 0; y < toHeight; y++)
        {
            cancellation.ThrowIfCancellationRequested();
            DownColumns(rows, pitch, down, y, sums, destination.Slice(y * pitch, pitch));
        }
    }

    private static void AlongRow(ReadOnlySpan<byte> row, int channels, TriangleWeights weights, Span<byte> into)
    {
        for (int x = 0; x < weights.To; x++)
        {
            ReadOnlySpan<int> taps = weights.Of(x, out int first);
            for (int channel = 0; channel < channels; channel++)
            {
                int sum = 1 << (Places - 1);
                int at = (first * channels) + channel;
                foreach (int tap in taps)
                {
                    sum += row[at] * tap;
                    at += channels;
                }

                into[(x * channels) + channel] = Rounded(sum);
            }
        }
    }

    private static void DownColumns(ReadOnlySpan<byte> rows, int pitch, TriangleWeights weights, int y, Span<int> sums, Span<byte> into)
    {
        sums.Fill(1 << (Places - 1));
        ReadOnlySpan<int> taps = weights.Of(y, out int first);
        for (int tap = 0; tap < taps.Length; tap++)
        {
            ReadOnlySpan<byte> row = rows.Slice((first + tap) * pitch, pitch);
            int weight = taps[tap];
            for (int i = 0; i < row.Length; i++)
            {
                sums[i] += row[i] * weight;
            }
        }

        for (int i = 0; i < into.Length; i++)
        {
            into[i] = Rounded(sums[i]);
        }
    }

    private static byte Rounded(int sum) => (byte)Math.Clamp(sum >> Places, 0, 255);

    /// <summary>The weights of the samples under each position's triangle, summing to one.</summary>
    private sealed class TriangleWeights
    {
        private readonly int[] _first;
        private readonly int[] _start;
        private readonly int[] _taps;

        public TriangleWeights(int from, int to)
        {
            To = to;
            double scale = (double)from / to;
            double reach = Math.Max(1, scale);
            _first = new int[to];
            _start = new int[to + 1];
            _taps = new int[to * ((2 * (int)Math.Ceiling(reach)) + 1)];
            Span<double> exact = new double[(2 * (int)Math.Ceiling(reach)) + 1];
            for (int i = 0; i < to; i++)
            {
                double centre = (i + 0.5) * scale;
                int first = Math.Max(0, (int)(centre - reach + 0.5));
                int count = Math.Min(from, (int)(centre + reach + 0.5)) - first;
                double total = 0;
                for (int tap = 0; tap < count; tap++)
                {
                    exact[tap] = Math.Max(0, 1 - Math.Abs((tap + first - centre + 0.5) * (1 / reach)));
                    total += exact[tap];
                }

                _first[i] = first;
                _start[i + 1] = _start[i] + count;
                for (int tap = 0; tap < count; tap++)
                {
                    _taps[_start[i] + tap] = (int)(0.5 + (exact[tap] / total * (1 << Places)));
                }
            }
        }

        public int To { get; }

        public ReadOnlySpan<int> Of(int position, out int first)
        {
            first = _first[position];
            return _taps.AsSpan(_start[position], _start[position + 1] - _start[position]);
        }
    }
}
