using Microsoft.ML.OnnxRuntime;

namespace GradService.Onnx.Running;

/// <summary>How sessions are set up.</summary>
/// <remarks>
/// Memory comes from the runtime's arena, without patterns of it remembered for each shape, and what is free of it goes back to the system with a
/// run once a minute. Measured with a U-Net of 2 MB over 1,000 pictures of sides from 32 to 320, two at a time (resident memory after 100, 300 and
/// 1,000 of them, its peak, processor time for each): arena alone 158, 173, 174, 174 MB, 17 ms; arena with patterns, the runtime's default, 190,
/// 233, 260, 260 MB and growing, 18 ms; no arena 189, 215, 181, 241 MB, 22 ms; arena given back with every run 230, 339, 243, 469 MB, 28 ms. Never given
/// back, five pictures of 1024 by 1024 among the small ones left it at 819 MB; given back after these, at 184 MB.
/// </remarks>
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

            EnableCpuMemArena = true,
            EnableMemoryPattern = false,

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

    /// <summary>Settings for a run.</summary>
    /// <param name="provider">What the session runs on.</param>
    /// <param name="givesBack">Whether free memory goes back to the system when it ends.</param>
    public static RunOptions For(ExecutionProvider provider, bool givesBack)
    {
        var settings = new RunOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        if (givesBack)
        {
            settings.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", provider == ExecutionProvider.Cuda ? "cpu:0;gpu:0" : "cpu:0");
        }

        return settings;
    }
}
