using System.Diagnostics;

namespace GradService.InferenceProtocol;

/// <summary>When the steps of an answered request ended, as timestamps of <see cref="Stopwatch"/>.</summary>
/// <param name="Begin">When it began.</param>
/// <param name="BodyRead">When its body was there.</param>
/// <param name="Ready">When its tensors were read.</param>
/// <param name="Queued">How long it then waited for its turn.</param>
/// <param name="Computed">When the model had run.</param>
/// <param name="Written">When the answer was written.</param>
internal readonly record struct RequestTimes(long Begin, long BodyRead, long Ready, TimeSpan Queued, long Computed, long Written)
{
    public TimeSpan Whole => Stopwatch.GetElapsedTime(Begin, Written);

    public TimeSpan Input => Stopwatch.GetElapsedTime(BodyRead, Ready);

    public TimeSpan Infer => Stopwatch.GetElapsedTime(Ready, Computed) - Queued;

    public TimeSpan Output => Stopwatch.GetElapsedTime(Computed, Written);
}
