namespace GradService.InferenceProtocol;

/// <summary>One version of a model, as the repository's index tells of it.</summary>
/// <param name="Name">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="State"><c>READY</c>, <c>LOADING</c> or <c>UNAVAILABLE</c>.</param>
/// <param name="Reason">Why it is in that state, where there is something to say.</param>
/// <param name="Statistics">What has counted its requests.</param>
internal sealed record ModelVersion(string Name, string Version, string State, string Reason, ModelStatistics Statistics)
{
    /// <summary>The state of a version that takes requests.</summary>
    public const string Ready = "READY";

    public bool IsReady => State == Ready;

    /// <summary>The state as a sentence: <c>Version 2 is UNAVAILABLE: it was unloaded.</c></summary>
    public string Told => Reason.Length == 0 ? $"Version {Version} is {State}." : $"Version {Version} is {State}: {Reason}";

    /// <summary>The one version of a model that is always there.</summary>
    public static ModelVersion Always(InferenceModel model) => new(model.Name, model.Version, Ready, string.Empty, model.Statistics);
}
