using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using GradService.Onnx.Repository;
using GradService.Onnx.Running;
using GradService.Onnx.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace GradService.Onnx.Tests;

/// <summary>A model that runs without a repository, and shorthand for its tensors.</summary>
internal static class TestModel
{
    public static OnnxOptions Options { get; } = new() { ModelRepository = "nowhere", IntraOpThreads = 1, MaxConcurrency = 2 };

    public static OnnxModel Of(byte[] file, OnnxOptions? options = null, bool warmUp = true)
    {
        options ??= Options;
        var runner = new ModelRunner("test", 1, new ModelSession(file, UnrankedTensors.Of(file), options), options, NullLogger.Instance, new ModelInstruments(new Meter("test")));
        if (warmUp)
        {
            runner.WarmUp(null);
        }

        return new OnnxModel(runner, null);
    }

    public static ModelInput Input<T>(string name, TensorDatatype datatype, long[] shape, params T[] values)
        where T : unmanaged => new(name, datatype, shape, MemoryMarshal.AsBytes<T>(values).ToArray());

    public static ModelInput X(params float[] values) => Input("x", TensorDatatype.FP32, [values.Length], values);

    public static T[] Values<T>(this ModelOutput output)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(output.Bytes.Span).ToArray();

    public static async Task<float[]> RunAsync(this OnnxModel model, params float[] x)
    {
        using ModelResult result = await model.RunAsync([X(x)], cancellationToken: TestContext.Current.CancellationToken);
        return result.Outputs[0].Values<float>();
    }
}
