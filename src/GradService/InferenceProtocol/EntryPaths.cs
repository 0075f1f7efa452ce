namespace GradService.InferenceProtocol;

/// <summary>
/// The JSON paths within an entry of a list of tensors. They must be at hand for every request and are read only where one is refused, so
/// those of the first entries are made once.
/// </summary>
internal sealed class EntryPaths
{
    private const int Kept = 16;

    private static readonly EntryPaths[] Inputs = First("inputs");
    private static readonly EntryPaths[] Outputs = First("outputs");

    private EntryPaths(string list, int index) => Entry = $"{list}[{index}]";

    /// <summary>The entry itself: <c>inputs[0]</c>.</summary>
    public string Entry { get; }

    public string Name => field ??= $"{Entry}.name";

    public string Datatype => field ??= $"{Entry}.datatype";

    public string Shape => field ??= $"{Entry}.shape";

    public string Data => field ??= $"{Entry}.data";

    public string Parameters => field ??= $"{Entry}.parameters";

    public string BinaryDataSize => field ??= $"{Parameters}.binary_data_size";

    public string BinaryData => field ??= $"{Parameters}.binary_data";

    /// <summary>Those of an entry of <c>inputs</c>.</summary>
    public static EntryPaths OfInput(int index) => index < Kept ? Inputs[index] : new EntryPaths("inputs", index);

    /// <summary>Those of an entry of <c>outputs</c>.</summary>
    public static EntryPaths OfOutput(int index) => index < Kept ? Outputs[index] : new EntryPaths("outputs", index);

    private static EntryPaths[] First(string list) => [.. Enumerable.Range(0, Kept).Select(index => new EntryPaths(list, index))];
}
