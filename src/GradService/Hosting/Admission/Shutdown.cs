using GradService.Numerics.Tensors;

namespace GradService.Hosting.Admission;

/// <summary>
/// The end of the service, in steps: it says that it is not ready and goes on for a while, so that a load balancer looks elsewhere; then
/// it refuses new requests until those in flight have ended; then the server stops.
/// </summary>
internal sealed class Shutdown(Limits limits, MemoryBudget budget, IHostApplicationLifetime lifetime) : IHostedLifecycleService
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    private volatile bool _refuses;

    /// <summary>Answers a request that comes too late, and has connections closed that a client would use again.</summary>
    public Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        if (!lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return next(context);
        }

        context.Response.Headers.Connection = "close";
        return _refuses && RateLimits.IsCounted(context.Request.Path)
            ? ErrorAnswers.WriteAsync(context, new Fault(
                StatusCodes.Status503ServiceUnavailable,
                "$",
                "The service is shutting down. Try again: another replica, or this one once it has started again, will answer.")
            { RetryAfterSeconds = 1 })
            : next(context);
    }

    /// <summary>The first thing that the host waits for when it stops; the server still listens.</summary>
    /// <param name="cancellationToken">The limit of the whole shutdown.</param>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // From now on /health/ready says no, also where no signal but a call has stopped the host.
        lifetime.StopApplication();
        if (_refuses)
        {
            return;
        }

        try
        {
            await Task.Delay(TimeSpan.FromSeconds(limits.DrainSeconds), cancellationToken).ConfigureAwait(false);
            _refuses = true;

            // A request in flight has bytes of the budget from before its body is read until its answer is written.
            while (budget.Taken > 0)
            {
                await Task.Delay(Glance, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // What has not ended by now is broken off with its connection.
            _refuses = true;
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
