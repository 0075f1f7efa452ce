using GradService.Onnx.Repository;
using GradService.Onnx.Running;

namespace GradService.Onnx.Tests.Repository;

public sealed class VersionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_newest_version_serves_unless_another_is_named()
    {
        await using ModelFolder folder = await new ModelFolder().Write("add", 2, ModelFiles.Add(2)).Write("add", 10, ModelFiles.Add(10)).StartAsync();
        Assert.True(folder.Repository.IsStarted);
        Assert.Equal(10, await folder.AddedAsync());
        Assert.Equal(2, await folder.AddedAsync("add", 2));
        ModelStatus model = Assert.Single(folder.Repository.Models);
        Assert.Equal([2, 10], model.Versions.Select(version => version.Version));
        Assert.Equal(10, model.Default!.Version);
        Assert.All(model.Versions, version => Assert.Equal((ModelState.Ready, null), (version.State, version.Reason)));
        Assert.Equal("10", model.Default.Description!.Properties["constant"]);
        Assert.Equal(ModelFault.NotFound, folder.Refused("add", 3).Fault);
        Assert.Equal("Model 'add' has no version 3. It has 2, 10.", folder.Refused("add", 3).Message);
        Assert.Equal(ModelFault.NotFound, folder.Refused("sub").Fault);
        Assert.Contains("Information: Model add version 10 serves, on Cpu. ", folder.Logged);
    }

    [Fact]
    public async Task A_new_version_takes_over_and_an_old_one_goes_when_its_folder_does()
    {
        await using ModelFolder folder = await new ModelFolder().Write("add", 1, ModelFiles.Add(1)).StartAsync();
        var changes = new System.Collections.Concurrent.ConcurrentQueue<(int Version, ModelState State)>();
        folder.Repository.Changed += (_, status) => changes.Enqueue((status.Version, status.State));
        folder.Write("add", 2, ModelFiles.Add(2));
        await folder.UntilAddedAsync(2);
        Directory.Delete(Path.Combine(folder.Root, "add", "1"), recursive: true);
        await folder.UntilAsync("add", 1, status => status is null);
        Assert.Equal(2, await folder.AddedAsync());
        Directory.Delete(Path.Combine(folder.Root, "add"), recursive: true);
        await folder.UntilAsync("add", 2, status => status is null);
        Assert.Empty(folder.Repository.Models);
        Assert.Equal(ModelFault.NotFound, folder.Refused("add").Fault);
        Assert.Equal([(2, ModelState.Loading), (2, ModelState.Ready), (1, ModelState.Unavailable), (2, ModelState.Unavailable)], changes);
    }

    [Fact]
    public async Task Every_model_is_known_as_loading_before_the_first_is_loaded()
    {
        await using ModelFolder folder = new ModelFolder().Write("first", 1, ModelFiles.Add(1)).Write("second", 3, ModelFiles.Add(3));
        var seen = new System.Collections.Concurrent.ConcurrentQueue<(string Models, string Refusal)>();
        folder.Repository.Changed += (_, _) => seen.Enqueue((string.Join(' ', folder.Repository.Models.Select(model => $"{model.Name}:{model.Versions[0].State}")), TryRefused()));
        await folder.StartAsync();
        Assert.Equal(("first:Loading second:Loading", "Model 'second' version 3 is being loaded."), seen.First());
        Assert.Equal(3, await folder.AddedAsync("second"));

        string TryRefused() => folder.Status("second", 3)!.State == ModelState.Ready ? string.Empty : folder.Refused("second").Message;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_replaced_by_one_of_equal_length_is_seen(bool inPlace)
    {
        await using ModelFolder folder = await new ModelFolder().Write("add", 1, ModelFiles.Add(1)).StartAsync();
        string path = folder.PathOf("add", 1);
        DateTime written = File.GetLastWriteTimeUtc(path);
        if (inPlace)
        {
            await File.WriteAllBytesAsync(path, ModelFiles.Add(2), Token);
        }
        else
        {
            string other = Path.Combine(folder.Root, ".other");
            await File.WriteAllBytesAsync(other, ModelFiles.Add(2), Token);
            File.SetLastWriteTimeUtc(other, written);
            File.Move(other, path, overwrite: true);
        }

        await folder.UntilAddedAsync(2);
    }

    [Fact]
    public async Task Replacing_a_version_under_load_fails_no_request()
    {
        await using ModelFolder folder = await new ModelFolder().Write("add", 1, ModelFiles.Add(0)).StartAsync();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<int>[] callers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            int answers = 0;
            for (; !enough.IsCancellationRequested; answers++)
            {
                Assert.InRange(await folder.AddedAsync(), 0, 9);
            }

            return answers;
        }))];
        for (int constant = 1; constant < 6; constant++)
        {
            folder.Write("add", 1, ModelFiles.Add(constant));
            await folder.UntilAddedAsync(constant);
        }

        folder.Write("add", 1, [1, 2, 3]);
        await folder.UntilReasonAsync("add", 1, "no ONNX file");
        folder.Write("add", 2, [1, 2, 3]);
        await folder.UntilReasonAsync("add", 2, "no ONNX file");
        folder.Write("add", 3, ModelFiles.Add(9));
        await folder.UntilAddedAsync(9);
        await enough.CancelAsync();
        Assert.All(await Task.WhenAll(callers), answers => Assert.True(answers > 100, $"{answers}"));
    }

    [Fact]
    public async Task A_corrupt_version_is_reported_and_the_one_before_goes_on_serving()
    {
        await using ModelFolder folder = await new ModelFolder().Write("add", 1, ModelFiles.Add(1)).StartAsync();
        byte[] half = ModelFiles.Add(2)[..^40];
        folder.Write("add", 2, half).Write("add", 1, half);
        await folder.UntilReasonAsync("add", 2, "It is no ONNX file, or is cut short.");
        ModelVersionStatus? first = await folder.UntilReasonAsync("add", 1, "It is no ONNX file, or is cut short.");
        Assert.Equal((ModelState.Ready, ModelState.Unavailable), (first!.State, folder.Status("add", 2)!.State));
        Assert.Equal(1, await folder.AddedAsync());
        ModelException exception = folder.Refused("add", 2);
        Assert.Equal((ModelFault.Unavailable, "Model 'add' version 2 is not served: It is no ONNX file, or is cut short."), (exception.Fault, exception.Message));
        Assert.Contains("Error: Model add version 2 cannot be loaded: It is no ONNX file, or is cut short. ", folder.Logged);
        Assert.Contains("Error: Model add version 1 was replaced by what cannot be loaded; the one before goes on serving: It is no ONNX file, or is cut short. ", folder.Logged);

        folder.Write("add", 2, ModelFiles.Add(2)).Write("add", 1, ModelFiles.Add(3));
        await folder.UntilAddedAsync(2);
        await folder.UntilAddedAsync(3, 1);
        Assert.Null(folder.Status("add", 1)!.Reason);
    }

    [Fact]
    public async Task What_the_runtime_does_not_take_is_reported_in_its_words()
    {
        byte[] file = new Graph().Input("x", Elements.Float, 1).Output("y", Elements.Float, 1).Node("NoSuchOperator", ["x"], ["y"]).File();
        byte[] fails = new Graph().Input("x", Elements.Float, 3).Output("y", Elements.Float, 2, "n")
            .Constant("shape", Elements.Int64, [2], 2L, -1L).Node("Abs", ["x"], ["a"]).Node("Reshape", ["a", "shape"], ["y"]).File();
        await using ModelFolder folder = await new ModelFolder().Write("a", 1, file).Write("b", 1, fails).Write("c", 1, []).StartAsync();
        Assert.Contains("NoSuchOperator", folder.Status("a", 1)!.Reason, StringComparison.Ordinal);
        Assert.NotNull(folder.Status("b", 1)!.Reason);
        Assert.StartsWith("model.onnx has 0 bytes", folder.Status("c", 1)!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_a_version_is_being_written_the_one_before_serves()
    {
        await using ModelFolder folder = await new ModelFolder().Write("add", 1, ModelFiles.Add(1)).StartAsync();
        byte[] next = ModelFiles.Add(2);
        Directory.CreateDirectory(Path.Combine(folder.Root, "add", "2"));
        await using (FileStream file = File.Create(folder.PathOf("add", 2)))
        {
            foreach (byte part in next[..^1])
            {
                file.WriteByte(part);
                await file.FlushAsync(Token);
                await Task.Delay(10, Token);
                Assert.NotEqual(ModelState.Ready, folder.Status("add", 2)?.State);
                Assert.Equal(1, await folder.AddedAsync());
            }

            file.WriteByte(next[^1]);
        }

        await folder.UntilAddedAsync(2);
    }

    [Fact]
    public void A_file_is_taken_when_it_has_not_changed_for_a_while_or_was_written_long_ago()
    {
        var clock = new SetClock();
        var slot = new VersionSlot("add", 1);
        var second = TimeSpan.FromSeconds(1);
        FileStamp Stamp(string text, double secondsAgo) => new(text, clock.GetUtcNow().UtcDateTime.AddSeconds(-secondsAgo));

        Assert.False(slot.IsSettled(Stamp("half", 0), second, clock));
        clock.Now += second / 2;
        Assert.False(slot.IsSettled(Stamp("half", 0.5), second, clock));
        Assert.False(slot.IsSettled(Stamp("whole", 0), second, clock));
        clock.Now += second / 2;
        Assert.False(slot.IsSettled(Stamp("whole", 0.5), second, clock));
        clock.Now += second / 2;
        Assert.True(slot.IsSettled(Stamp("whole", 1), second, clock));
        Assert.True(slot.IsSettled(Stamp("copied with its time", 3600), second, clock));
        Assert.False(slot.IsSettled(Stamp("from a clock that is ahead", -3600), second, clock));
        Assert.False(slot.IsSettled(FileStamp.None, second, clock));
        clock.Now += second;
        Assert.True(slot.IsSettled(FileStamp.None, second, clock));
    }

    [Fact]
    public async Task A_version_that_is_held_runs_after_it_was_replaced_and_removed()
    {
        await using ModelFolder folder = await new ModelFolder().Write("add", 1, ModelFiles.Add(1)).StartAsync();
        using OnnxModel held = folder.Repository.Acquire("add");
        folder.Write("add", 1, ModelFiles.Add(2));
        await folder.UntilAddedAsync(2);
        using ModelResult result = await held.RunAsync([TestModel.X(5)], null, Token);
        await folder.Repository.UnloadAsync("add", Token);
        held.Dispose();
        Assert.Equal([6], result.Outputs[0].Values<float>());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => held.RunAsync([TestModel.X(5)], null, Token));
    }

    [Fact]
    public async Task Unloading_lets_runs_end_and_loading_takes_it_back()
    {
        await using ModelFolder folder = await new ModelFolder().Write("slow", 1, ModelFiles.Slow()).StartAsync();
        using OnnxModel held = folder.Repository.Acquire("slow");
        Task<ModelResult> run = held.RunAsync([TestModel.Input("n", TensorDatatype.INT64, [], 20_000L)], null, Token);
        await folder.Repository.UnloadAsync("slow", Token);
        Assert.Equal((ModelState.Unavailable, "It was unloaded; load it to have it serve again."), (folder.Status("slow", 1)!.State, folder.Status("slow", 1)!.Reason));
        Assert.Equal(ModelFault.Unavailable, folder.Refused("slow").Fault);
        using ModelResult result = await run;
        Assert.Equal([64, 64], result.Outputs[0].Shape);

        folder.Write("slow", 2, ModelFiles.Slow());
        await Task.Delay(300, Token);
        Assert.Null(folder.Repository.Models.Single().Default);
        await folder.Repository.LoadAsync("slow", Token);
        Assert.Equal(2, folder.Repository.Models.Single().Default!.Version);
    }

    [Fact]
    public async Task Loading_by_call_says_what_is_wrong()
    {
        await using ModelFolder folder = new ModelFolder().Write("add", 1, ModelFiles.Add(1));
        folder.Options = folder.Options with { PollInterval = TimeSpan.Zero };
        await folder.StartAsync();
        folder.Write("add", 2, [9]).Write("sub", 1, ModelFiles.Add(-1));
        ModelException exception = await Assert.ThrowsAsync<ModelException>(() => folder.Repository.LoadAsync("add", Token));
        Assert.Equal((ModelFault.Unavailable, "Model 'add' is not wholly loaded: version 2: It is no ONNX file, or is cut short."), (exception.Fault, exception.Message));
        await folder.Repository.LoadAsync("sub", Token);
        Assert.Equal(-1, await folder.AddedAsync("sub"));
        foreach (string name in new[] { "none", "../root/add", "", ".", "add/1" })
        {
            Assert.Equal(ModelFault.NotFound, (await Assert.ThrowsAsync<ModelException>(() => folder.Repository.LoadAsync(name, Token))).Fault);
            Assert.Equal(ModelFault.NotFound, (await Assert.ThrowsAsync<ModelException>(() => folder.Repository.UnloadAsync(name, Token))).Fault);
            Assert.Equal(ModelFault.NotFound, folder.Refused(name).Fault);
        }
    }

    [Fact]
    public async Task A_folder_that_vanishes_takes_no_model_with_it()
    {
        await using ModelFolder folder = await new ModelFolder().Write("add", 1, ModelFiles.Add(1)).StartAsync();
        string away = folder.Root + "-away";
        Directory.Move(folder.Root, away);
        while (!folder.Logged.Any(line => line.Contains("cannot be read", StringComparison.Ordinal)))
        {
            await Task.Delay(10, Token);
        }

        Assert.Equal(1, await folder.AddedAsync());
        Directory.Move(away, folder.Root);
        folder.Write("add", 2, ModelFiles.Add(2));
        await folder.UntilAddedAsync(2);
    }

    private sealed class SetClock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + TimeSpan.FromDays(1) + Now;
    }
}
