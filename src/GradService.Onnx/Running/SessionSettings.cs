using Microsoft.ML.OnnxRuntime;

namespace GradService.Onnx.Running;

/// <summary>How sessions are set up.</summary>
internal static class SessionSettings
{
    /// <summary>Settings for a session on the CPU, or on CUDA and whatever it leaves to the CPU.</summary>
    public static SessionOptions For(OnnxOptions options, ExecutionProvider provider)
    {
        var settings = new SessionOptions
        {
            // The processor count follows the container's CPU quota; the runtime's own default is the host's cores.
            IntraOpNumThreads = options.IntraOpThreads == 0 ? Environment.ProcessorCount : options.IntraOpThreads,
            InterOpNumThreads = options.InterOpThreads,
            ExecutionMode = options.InterOpThreads > 1 ? ExecutionMode.ORT_PARALLEL : ExecutionMode.ORT_SEQUENTIAL,

            // What goes wrong is thrown, and logged by whoever catches it.
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        settings.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        settings.AddSessionConfigEntry("session.load_model_format", "ONNX");
        if (provider == ExecutionProvider.Cuda)
        {
            settings.AppendExecutionProvider_CUDA();
        }

        return settings;
    }
}
