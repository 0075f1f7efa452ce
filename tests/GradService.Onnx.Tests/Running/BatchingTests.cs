using GradService.Onnx.Running;

namespace GradService.Onnx.Tests.Running;

public sealed class BatchingTests
{
    private static readonly OnnxOptions Batched = TestModel.Options with { BatchWindow = TimeSpan.FromSeconds(5), MaxBatchSize = 8 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_that_arrive_together_run_as_one_and_get_their_own_rows()
    {
        using OnnxModel model = TestModel.Of(ModelFiles.Rows(), Batched);
        using OnnxModel alone = TestModel.Of(ModelFiles.Rows());
        int[] rows = [1, 3, 2, 2];
        ModelInput[] inputs = [.. rows.Select((count, seed) => Indices(count, 2, seed))];
        ModelResult[] results = await Task.WhenAll(inputs.Select(input => model.RunAsync([input], null, Token)));
        for (int index = 0; index < inputs.Length; index++)
        {
            using ModelResult expected = await alone.RunAsync([inputs[index]], null, Token);
            Assert.Equal((4, 1), (results[index].BatchSize, expected.BatchSize));
            foreach ((ModelOutput want, ModelOutput got) in expected.Outputs.Zip(results[index].Outputs))
            {
                Assert.Equal((want.Name, want.Datatype), (got.Name, got.Datatype));
                Assert.Equal(want.Shape, got.Shape);
                Assert.Equal(want.Bytes.ToArray(), got.Bytes.ToArray());
            }
        }

        Array.ForEach(results, result => result.Dispose());
    }

    [Fact]
    public async Task Strings_are_batched_too()
    {
        byte[] file = new Graph().Input("x", Elements.String, "n", "m").Output("y", Elements.String, "n", "m").Node("Identity", ["x"], ["y"]).File();
        using OnnxModel model = TestModel.Of(file, Batched with { MaxBatchSize = 3 });
        Task<ModelResult> two = model.RunAsync([new ModelInput("x", [2, 1], [Text("a"), Text("b")])], null, Token);
        using ModelResult one = await model.RunAsync([new ModelInput("x", [1, 1], [Text("c")])], null, Token);
        using ModelResult first = await two;
        Assert.Equal(2, one.BatchSize);
        Assert.Equal(["a", "b"], first.Outputs[0].Strings.Select(text => System.Text.Encoding.UTF8.GetString(text.Span)));
        Assert.Equal(["c"], one.Outputs[0].Strings.Select(text => System.Text.Encoding.UTF8.GetString(text.Span)));
    }

    [Fact]
    public async Task Requests_of_other_shapes_or_outputs_run_apart()
    {
        using OnnxModel model = TestModel.Of(ModelFiles.Rows(), Batched with { BatchWindow = TimeSpan.FromMilliseconds(50) });
        ModelResult[] results = await Task.WhenAll(
            model.RunAsync([Indices(1, 2, 1)], null, Token),
            model.RunAsync([Indices(1, 3, 2)], null, Token),
            model.RunAsync([Indices(1, 2, 3)], ["sum"], Token));
        Assert.All(results, result => Assert.Equal(1, result.BatchSize));
        Array.ForEach(results, result => result.Dispose());
    }

    [Fact]
    public async Task More_rows_than_a_batch_may_have_begin_the_next_one()
    {
        using OnnxModel model = TestModel.Of(ModelFiles.Rows(), Batched with { MaxBatchSize = 4 });
        ModelResult[] results = await Task.WhenAll(Enumerable.Range(0, 5).Select(seed => model.RunAsync([Indices(seed == 4 ? 9 : 2, 2, seed)], null, Token)));
        Assert.Equal([2, 2, 2, 2, 1], results.Select(result => result.BatchSize));
        Array.ForEach(results, result => result.Dispose());
    }

    [Fact]
    public async Task A_caller_who_leaves_does_not_spoil_the_batch_for_the_others()
    {
        using OnnxModel model = TestModel.Of(ModelFiles.Rows(), Batched with { MaxBatchSize = 3 });
        using var leave = new CancellationTokenSource();
        Task<ModelResult> leaving = model.RunAsync([Indices(1, 2, 1)], null, leave.Token);
        Task<ModelResult> staying = model.RunAsync([Indices(1, 2, 2)], null, Token);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        using ModelResult last = await model.RunAsync([Indices(2, 2, 3)], null, Token);
        using ModelResult result = await staying;
        Assert.Equal((2, 2), (result.BatchSize, last.BatchSize));
        Assert.Equal([1, 2], result.Outputs[0].Shape);
    }

    [Fact]
    public async Task A_caller_who_leaves_a_running_batch_is_let_go_at_once()
    {
        byte[] file = SlowRows();
        using OnnxModel model = TestModel.Of(file, Batched with { MaxBatchSize = 2, RunTimeout = TimeSpan.FromMinutes(5) }, warmUp: false);
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        Task<ModelResult> one = model.RunAsync([TestModel.Input("x", TensorDatatype.FP32, [1, 1], 1f)], null, first.Token);
        Task<ModelResult> two = model.RunAsync([TestModel.Input("x", TensorDatatype.FP32, [1, 1], 2f)], null, second.Token);
        first.CancelAfter(100);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.False(two.IsCompleted);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
    }

    [Fact]
    public async Task A_caller_who_left_while_rows_were_joined_is_let_go_when_they_are()
    {
        var running = new TaskCompletionSource();
        using var leave = new CancellationTokenSource();
        var batch = new Batch(
            async (_, _, _, token) =>
            {
                running.SetResult();
                await Task.Delay(Timeout.Infinite, token);
                return null!;
            },
            ["y"],
            () => { });
        using var others = new CancellationTokenSource();
        Task<ModelResult> staying = batch.Add([Indices(1, 2, 2)], 1, others.Token);
        Task<ModelResult> leaving = batch.Add([new LeavingInput(leave).Input], 1, leave.Token);
        batch.Start();
        await running.Task;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.False(staying.IsCompleted);
        await others.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => staying);
    }

    [Fact]
    public async Task One_requests_wrong_values_are_its_own_fault_alone()
    {
        using OnnxModel model = TestModel.Of(ModelFiles.Rows(), Batched with { MaxBatchSize = 2 });
        Task<ModelResult> wrong = model.RunAsync([TestModel.Input("x", TensorDatatype.INT64, [1, 1], 99L)], null, Token);
        using ModelResult right = await model.RunAsync([TestModel.Input("x", TensorDatatype.INT64, [1, 1], 2L)], null, Token);
        Assert.Equal([20], right.Outputs[0].Values<float>());
        Assert.Equal(ModelFault.WrongInput, (await Assert.ThrowsAsync<ModelException>(() => wrong)).Fault);
    }

    [Fact]
    public async Task A_model_whose_output_has_not_a_row_for_each_is_run_one_by_one()
    {
        byte[] file = new Graph().Input("x", Elements.Float, "n", 1).Output("y", Elements.Float, "n", 1)
            .Node("Unique", ["x"], ["u"]).Constant("axes", Elements.Int64, [1], 1L).Node("Unsqueeze", ["u", "axes"], ["y"]).File();
        using OnnxModel model = TestModel.Of(file, Batched with { MaxBatchSize = 2 });
        Task<ModelResult> first = model.RunAsync([TestModel.Input("x", TensorDatatype.FP32, [1, 1], 5f)], null, Token);
        using ModelResult second = await model.RunAsync([TestModel.Input("x", TensorDatatype.FP32, [1, 1], 5f)], null, Token);
        using ModelResult result = await first;
        Assert.Equal([5], result.Outputs[0].Values<float>());
        Assert.Equal([5], second.Outputs[0].Values<float>());
    }

    [Fact]
    public async Task Results_of_one_batch_are_freed_one_by_one()
    {
        using OnnxModel model = TestModel.Of(ModelFiles.Rows(), Batched with { MaxBatchSize = 2 });
        Task<ModelResult> run = model.RunAsync([Indices(1, 2, 7)], null, Token);
        ModelResult first = await model.RunAsync([Indices(1, 2, 8)], null, Token);
        using ModelResult second = await run;
        float[] before = second.Outputs[0].Values<float>();
        first.Dispose();
        first.Dispose();
        Assert.Equal(before, second.Outputs[0].Values<float>());
    }

    private static byte[] SlowRows()
    {
        Graph body = new Graph()
            .Input("i", Elements.Int64).Input("go_on", Elements.Bool).Input("v", Elements.Float, "batch", 1)
            .Node("Identity", ["go_on"], ["go_on_out"]).Node("Neg", ["v"], ["v_out"])
            .Output("go_on_out", Elements.Bool).Output("v_out", Elements.Float, "batch", 1);
        return new Graph()
            .Input("x", Elements.Float, "batch", 1).Output("y", Elements.Float, "batch", 1)
            .Constant("yes", Elements.Bool, [], true).Constant("n", Elements.Int64, [], long.MaxValue)
            .Node("Loop", ["n", "yes", "x"], ["y"], Graph.Attribute("body", body))
            .File();
    }

    private static ReadOnlyMemory<byte> Text(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static ModelInput Indices(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        return TestModel.Input("x", TensorDatatype.INT64, [rows, columns], [.. Enumerable.Range(0, rows * columns).Select(_ => (long)random.Next(4))]);
    }

    /// <summary>An input whose caller leaves at the moment that its memory is read.</summary>
    private sealed class LeavingInput(CancellationTokenSource leave) : System.Buffers.MemoryManager<byte>
    {
        private readonly byte[] _bytes = new byte[16];

        public ModelInput Input => new("x", TensorDatatype.INT64, [1, 2], CreateMemory(16));

        public override Span<byte> GetSpan()
        {
            leave.Cancel();
            return _bytes;
        }

        public override System.Buffers.MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
