using GradService.Onnx;
using GradService.Onnx.Repository;

namespace GradService.Hosting;

/// <summary>The exported models: found, loaded and watched beside the operations.</summary>
internal static class Models
{
    /// <summary>Their settings, their repository, and its start. The repository is there when models are off as well, and says so of each.</summary>
    public static void AddModels(this WebApplicationBuilder builder)
    {
        OnnxOptions options = OnnxSettings.Read(builder.Configuration);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<ModelRepository>();
        if (options.Enabled)
        {
            builder.Services.AddHostedService<Loading>();
        }
    }

    /// <summary>Loads the models behind the back of the start, so that the service listens at once; readiness waits for them.</summary>
    private sealed class Loading(ModelRepository repository) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => repository.StartAsync(stoppingToken);
    }
}
