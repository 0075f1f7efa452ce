using GradService.Onnx;
using GradService.Onnx.Repository;

namespace GradService.Hosting;

/// <summary>The exported models: found, loaded and watched beside the operations.</summary>
internal static class Models
{
    /// <summary>Their settings and repository. It is there when models are off as well, and says so of each.</summary>
    public static void AddModels(this WebApplicationBuilder builder)
    {
        OnnxOptions options = OnnxSettings.Read(builder.Configuration);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<ModelRepository>();
    }
}
