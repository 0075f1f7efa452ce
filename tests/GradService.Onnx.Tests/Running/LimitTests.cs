using GradService.Onnx.Running;

namespace GradService.Onnx.Tests.Running;

public sealed class LimitTests
{
    private static readonly OnnxOptions OneAtATime = TestModel.Options with { MaxConcurrency = 1, QueueLength = 1 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_takes_too_long_is_stopped_and_the_next_one_serves()
    {
        using OnnxModel model = TestModel.Of(ModelFiles.Slow(), TestModel.Options with { RunTimeout = TimeSpan.FromMilliseconds(300), MaxConcurrency = 1, QueueLength = 0 });
        ModelException exception = await Assert.ThrowsAsync<ModelException>(() => model.RunAsync([Times(long.MaxValue)], null, Token));
        Assert.Equal(ModelFault.TimedOut, exception.Fault);
        Assert.StartsWith("The run took longer than 0.3 seconds and was stopped.", exception.Message, StringComparison.Ordinal);

        // Only one may run, and none may wait: that this one runs shows that the first has ended.
        using ModelResult result = await model.RunAsync([Times(1)], null, Token);
        Assert.Equal([64, 64], result.Outputs[0].Shape);
    }

    [Fact]
    public void A_first_run_that_takes_too_long_says_what_to_raise()
    {
        OnnxOptions impatient = TestModel.Options with { WarmUpTimeout = TimeSpan.FromMilliseconds(300) };
        ModelException exception = Assert.Throws<ModelException>(() => TestModel.Of(ModelFiles.Endless(), impatient));
        Assert.Equal(ModelFault.Unavailable, exception.Fault);
        Assert.Equal(
            "Its first run, on zeros, failed: It took longer than 0.3 seconds. If the model is slow or the machine was busy, raise the time limit of first runs on the service.",
            exception.Message);
    }

    [Fact]
    public async Task A_first_run_may_take_longer_than_later_ones()
    {
        OnnxOptions strict = TestModel.Options with { RunTimeout = TimeSpan.FromMilliseconds(10) };
        using OnnxModel model = TestModel.Of(ModelFiles.Lengthy(), strict);
        ModelException exception = await Assert.ThrowsAsync<ModelException>(() => model.RunAsync([], null, Token));
        Assert.Equal(ModelFault.TimedOut, exception.Fault);
    }

    [Fact]
    public async Task A_caller_who_leaves_stops_the_run()
    {
        using OnnxModel model = TestModel.Of(ModelFiles.Slow(), OneAtATime);
        using var leave = new CancellationTokenSource();
        Task<ModelResult> run = model.RunAsync([Times(long.MaxValue)], null, leave.Token);
        leave.CancelAfter(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        using ModelResult result = await model.RunAsync([Times(1)], null, Token);
        Assert.True(result.ComputeTime > TimeSpan.Zero);
    }

    [Fact]
    public async Task One_runs_one_waits_and_the_third_is_told_when_to_come_again()
    {
        using OnnxModel model = TestModel.Of(ModelFiles.Slow(), OneAtATime);
        using var leave = new CancellationTokenSource();
        Task<ModelResult> first = model.RunAsync([Times(long.MaxValue)], null, leave.Token);
        Task<ModelResult> second = model.RunAsync([Times(2)], null, Token);
        ModelException exception = await Assert.ThrowsAsync<ModelException>(() => model.RunAsync([Times(1)], null, Token));
        Assert.Equal(ModelFault.Busy, exception.Fault);
        Assert.True(exception.RetryAfter >= TimeSpan.FromSeconds(1));
        Assert.Equal(exception.Message, Assert.Throws<ModelException>(model.RefuseIfFull).Message);

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        using ModelResult result = await second;
        model.RefuseIfFull();
        Assert.True(result.QueueTime > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_hundredfold_overload_is_answered_or_refused_and_leaves_the_model_well()
    {
        using OnnxModel model = TestModel.Of(ModelFiles.Slow(), TestModel.Options with { MaxConcurrency = 2, QueueLength = 4 });
        Task<ModelFault?>[] runs = [.. Enumerable.Range(0, 600).Select(_ => Task.Run(() => FaultAsync(model.RunAsync([Times(200)], null, Token))))];
        ModelFault?[] faults = await Task.WhenAll(runs);
        Assert.All(faults, fault => Assert.True(fault is null or ModelFault.Busy, $"{fault}"));
        Assert.Contains(null, faults);
        Assert.Contains(ModelFault.Busy, faults);
        Assert.Null(await FaultAsync(model.RunAsync([Times(1)], null, Token)));
    }

    [Fact]
    public async Task A_model_that_fails_time_after_time_is_left_alone_and_recovers()
    {
        using OnnxModel model = TestModel.Of(ModelFiles.TwoRows(), TestModel.Options with { BreakerFailures = 3, BreakDuration = TimeSpan.FromMilliseconds(500) });
        for (int failure = 0; failure < 2; failure++)
        {
            Assert.Equal(ModelFault.Failed, await FaultAsync(model.RunAsync([TestModel.X(1)], null, Token)));
            Assert.Equal(ModelFault.Failed, await FaultAsync(model.RunAsync([TestModel.X(1)], null, Token)));
            Assert.Null(await FaultAsync(model.RunAsync([TestModel.X(1, 2)], null, Token)));
        }

        for (int failure = 0; failure < 3; failure++)
        {
            Assert.Equal(ModelFault.Failed, await FaultAsync(model.RunAsync([TestModel.X(1)], null, Token)));
        }

        ModelException open = await Assert.ThrowsAsync<ModelException>(() => model.RunAsync([TestModel.X(1, 2)], null, Token));
        Assert.Equal(ModelFault.CircuitOpen, open.Fault);
        Assert.True(open.RetryAfter >= TimeSpan.FromSeconds(1));
        Assert.Equal(ModelFault.WrongInput, await FaultAsync(model.RunAsync([], null, Token)));

        ModelFault? fault;
        while ((fault = await FaultAsync(model.RunAsync([TestModel.X(1, 2)], null, Token))) == ModelFault.CircuitOpen)
        {
            await Task.Delay(20, Token);
        }

        Assert.Null(fault);
    }

    [Fact]
    public async Task A_model_that_takes_too_long_time_after_time_is_left_alone()
    {
        using OnnxModel model = TestModel.Of(ModelFiles.Slow(), TestModel.Options with { RunTimeout = TimeSpan.FromMilliseconds(200), BreakerFailures = 2 });
        Assert.Equal(ModelFault.TimedOut, await FaultAsync(model.RunAsync([Times(long.MaxValue)], null, Token)));
        Assert.Equal(ModelFault.TimedOut, await FaultAsync(model.RunAsync([Times(long.MaxValue)], null, Token)));
        Assert.Equal(ModelFault.CircuitOpen, await FaultAsync(model.RunAsync([Times(1)], null, Token)));
    }

    [Fact]
    public async Task Inputs_that_the_model_cannot_work_on_do_not_open_its_circuit()
    {
        using OnnxModel model = TestModel.Of(ModelFiles.Rows(), TestModel.Options with { BreakerFailures = 2 });
        for (int count = 0; count < 5; count++)
        {
            Assert.Equal(ModelFault.WrongInput, await FaultAsync(model.RunAsync([TestModel.Input("x", TensorDatatype.INT64, [1, 1], 99L)], null, Token)));
        }

        using ModelResult result = await model.RunAsync([TestModel.Input("x", TensorDatatype.INT64, [1, 1], 3L)], null, Token);
        Assert.Equal([30], result.Outputs[0].Values<float>());
    }

    [Fact]
    public async Task A_picture_of_a_size_that_a_network_cannot_halve_is_the_callers_fault()
    {
        byte[] file = new Graph().Input("x", Elements.Float, 1, 1, "h", "w").Output("y", Elements.Float, 1, 2, "h", "w")
            .Constant("scales", Elements.Float, [4], 1f, 1f, 2f, 2f)
            .Node("MaxPool", ["x"], ["small"], Graph.Attribute("kernel_shape", 2, 2), Graph.Attribute("strides", 2, 2))
            .Node("Resize", ["small", "", "scales"], ["large"])
            .Node("Concat", ["x", "large"], ["y"], Graph.Attribute("axis", 1L))
            .File();
        using OnnxModel model = TestModel.Of(file, TestModel.Options with { BreakerFailures = 2 });
        for (int count = 0; count < 3; count++)
        {
            ModelException exception = await Assert.ThrowsAsync<ModelException>(
                () => model.RunAsync([TestModel.Input("x", TensorDatatype.FP32, [1, 1, 31, 30], new float[930])], null, Token));
            Assert.Equal(ModelFault.WrongInput, exception.Fault);
            Assert.StartsWith("The model does not take these inputs: ", exception.Message, StringComparison.Ordinal);
        }

        using ModelResult result = await model.RunAsync([TestModel.Input("x", TensorDatatype.FP32, [1, 1, 32, 30], new float[960])], null, Token);
        Assert.Equal([1, 2, 32, 30], result.Outputs[0].Shape);
    }

    private static ModelInput Times(long times) => TestModel.Input("n", TensorDatatype.INT64, [], times);

    private static async Task<ModelFault?> FaultAsync(Task<ModelResult> run)
    {
        try
        {
            (await run).Dispose();
            return null;
        }
        catch (ModelException exception)
        {
            return exception.Fault;
        }
    }
}
