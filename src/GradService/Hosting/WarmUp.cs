using GradService.Catalog;
using GradService.Operations;
using GradService.Rest;

namespace GradService.Hosting;

/// <summary>Runs every operation's example once the service takes requests, so that a caller's first request finds the code compiled.</summary>
internal sealed class WarmUp(OperationCatalog catalog, Limits limits, IHostApplicationLifetime lifetime) : IHostedService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Below normal: requests that are there already go first.
        var thread = new Thread(Run) { IsBackground = true, Name = "warm-up", Priority = ThreadPriority.BelowNormal };
        lifetime.ApplicationStarted.Register(thread.Start);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Run()
    {
        // The probes that ask whether the service is ready need the processor first.
        lifetime.ApplicationStopping.WaitHandle.WaitOne(Pause);
        foreach (Operation operation in catalog.All)
        {
            if (lifetime.ApplicationStopping.IsCancellationRequested)
            {
                return;
            }

            ExampleRun.Answer(operation, limits);
        }
    }
}
