namespace GradService.Hosting.Telemetry;

/// <summary>The way that a request came in.</summary>
internal enum Door
{
    /// <summary><c>/v1</c>.</summary>
    Rest,

    /// <summary><c>/v2</c>.</summary>
    InferenceProtocol,

    /// <summary><c>/v1/gradcheck</c>.</summary>
    Gradcheck,
}

/// <summary>The doors as labels, and by address.</summary>
internal static class Doors
{
    public static readonly Door[] All = Enum.GetValues<Door>();

    public static string Label(this Door door) => door switch
    {
        Door.InferenceProtocol => "inference_protocol",
        Door.Gradcheck => "gradcheck",
        _ => "rest",
    };

    /// <summary>The door that an address belongs to; null for pages, probes and whatever else is no request for a result.</summary>
    public static Door? Of(PathString path) =>
        path.StartsWithSegments("/v1/gradcheck") ? Door.Gradcheck
        : path.StartsWithSegments("/v1") ? Door.Rest
        : path.StartsWithSegments("/v2") ? Door.InferenceProtocol
        : null;
}
