using GradService.Hosting.Admission;
using GradService.Numerics.Tensors;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Admission;

/// <summary>What a running service holds for its requests, to look at and to take away.</summary>
internal sealed class Held(RunningService service)
{
    public CpuGate Gate { get; } = service.Services.GetRequiredService<CpuGate>();

    public MemoryBudget Budget { get; } = service.Services.GetRequiredService<MemoryBudget>();

    public Uri Address { get; } = service.Client.BaseAddress!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Takes every slot of a lane, as requests would that compute for long.</summary>
    public static async Task TakeAllAsync(Lane lane)
    {
        for (int slot = 0; slot < lane.Slots; slot++)
        {
            await lane.EnterAsync(Cancellation);
        }
    }

    /// <summary>Waits until something holds; a test that waits in vain is stopped by its time limit.</summary>
    public static async Task UntilAsync(Func<bool> holds, string what)
    {
        for (int attempt = 0; !holds(); attempt++)
        {
            Assert.True(attempt < 6000, $"It has not come to pass within a minute: {what}");
            await Task.Delay(10, Cancellation);
        }
    }

    /// <summary>Waits until nothing is held any more.</summary>
    public Task NothingAsync() => UntilAsync(
        () => Budget.Taken == 0 && Gate.Small.Running == 0 && Gate.Large.Running == 0 && Gate.Small.QueueLength == 0 && Gate.Large.QueueLength == 0,
        "nothing is held");
}
