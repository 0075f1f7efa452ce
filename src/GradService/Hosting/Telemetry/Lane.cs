namespace GradService.Hosting.Telemetry;

/// <summary>Requests that wait for the processor together. Each one registered with the host is measured.</summary>
/// <param name="name">The label: <c>small</c>, <c>large</c>.</param>
/// <param name="length">How many wait now.</param>
/// <param name="limit">The most that may wait.</param>
internal sealed class Lane(string name, Func<int> length, int limit)
{
    public KeyValuePair<string, object?> Label { get; } = new("lane", name);

    public Func<int> Length => length;

    public int Limit => limit;
}
