namespace GradService.Hosting.Telemetry;

/// <summary>What a request is counted as: its door and its operation. Made once for each endpoint, as its metadata, with the labels of its measurements.</summary>
internal sealed class Measured
{
    private static readonly Measured[] Unknowns = Array.ConvertAll(Doors.All, door => new Measured(door, "unknown"));

    /// <summary>The requests of one operation through one door.</summary>
    /// <param name="door">The door.</param>
    /// <param name="operation">The catalogue's name.</param>
    public Measured(Door door, string operation)
    {
        (Door, Operation) = (door, operation);
        Labels = [new("door", door.Label()), new("operation", operation)];
        OperationLabel = [Labels[1]];
    }

    /// <summary>A picture and the mask of it.</summary>
    public static Measured Segment { get; } = new(Door.Rest, "models/segment");

    /// <summary>A labelled picture and how right an exported model is on it.</summary>
    public static Measured Evaluate { get; } = new(Door.Rest, "models/evaluate");

    /// <summary>An exported model's answer to <c>/v2/models/{model}/infer</c>.</summary>
    public static Measured Inference { get; } = new(Door.InferenceProtocol, "models/infer");

    /// <summary>Metadata of probes, which ask again and again and want no result: counted, they would hide how requests fare.</summary>
    public static Measured Nothing { get; } = new(Door.Rest, "probe");

    public Door Door { get; }

    public string Operation { get; }

    /// <summary>Door and operation.</summary>
    public KeyValuePair<string, object?>[] Labels { get; }

    /// <summary>The operation alone.</summary>
    public KeyValuePair<string, object?>[] OperationLabel { get; }

    /// <summary>What asks for nothing that there is.</summary>
    public static Measured Unknown(Door door) => Unknowns[(int)door];

    /// <summary>What a request is counted as; null for one that is not counted.</summary>
    public static Measured? Of(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Measured>() is { } measured)
        {
            return measured == Nothing ? null : measured;
        }

        return Doors.Of(context.Request.Path) is { } door ? Unknown(door) : null;
    }
}
