namespace GradService.Onnx.Pictures;

/// <summary>Cuts the rows of a picture into bands, by its height alone, and does them on the threads allowed; no band depends on another.</summary>
internal static class RowBands
{
    private const int Rows = 32;

    /// <summary>Does every band.</summary>
    /// <param name="height">The number of rows.</param>
    /// <param name="threads">The most threads at once.</param>
    /// <param name="band">Does the rows from its first argument up to, not including, its second.</param>
    /// <param name="cancellation">Looked at before each band.</param>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static void Run(int height, int threads, Action<int, int> band, CancellationToken cancellation)
    {
        int count = (height + Rows - 1) / Rows;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads), CancellationToken = cancellation };
        Parallel.For(0, count, options, index => band(index * Rows, Math.Min(height, (index + 1) * Rows)));
    }
}
