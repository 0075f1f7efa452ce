namespace GradService.Hosting.Telemetry;

/// <summary>Counts every request for a result, around all else that answers it.</summary>
internal sealed class RequestMeasuring(RequestDelegate next, RequestInstruments instruments)
{
    public Task InvokeAsync(HttpContext context) => Measured.Of(context) is { } measured ? MeasureAsync(context, measured) : next(context);

    private async Task MeasureAsync(HttpContext context, Measured measured)
    {
        var measure = new RequestMeasure(context, measured);
        context.Features.Set(measure);
        instruments.Begin(measured.Door);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            instruments.End(measured.Door, measure, measure.Status(exception));
            throw;
        }

        instruments.End(measured.Door, measure, measure.Status());
    }
}
