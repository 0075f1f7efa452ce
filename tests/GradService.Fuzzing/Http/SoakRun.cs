using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace GradService.Fuzzing.Http;

/// <summary>
/// Sends requests to a running service for some minutes: right and wrong ones to every route, models among them, which are loaded anew now
/// and then. Every right request must be answered as the catalogue says, or, where that says nothing, with the same bytes as the first time.
/// Afterwards memory and handles must be what they were after the first tenth of the time.
/// </summary>
internal sealed class SoakRun(Uri service, int seed, double minutes, int process)
{
    private const int Senders = 4;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan BetweenReloads = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, byte[]> _answers = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private int _next = -1;
    private int _compared;
    private int _reloads;

    /// <returns>0 when nothing was wrong.</returns>
    public async Task<int> RunAsync()
    {
        using var sender = new Sender(service);
        Surface surface = await Surface.OfAsync(sender.Client);
        await KnowAsync(sender, surface);
        CaseMaker maker = await CaseMaker.OfAsync(surface, seed);
        await SendAsync(maker, sender, minutes / 10);
        (long Memory, int Handles) before = await AtRestAsync();
        await SendAsync(maker, sender, minutes * 9 / 10);
        (long Memory, int Handles) after = await AtRestAsync();
        Console.WriteLine($"Memory {before.Memory >> 20} MB after the first tenth, {after.Memory >> 20} MB after all; handles {before.Handles} and {after.Handles}.");
        if (after.Memory > before.Memory * 1.1)
        {
            _failures.Enqueue("the memory has grown by more than a tenth");
        }

        if (after.Handles > before.Handles + 10)
        {
            _failures.Enqueue("the handles have become more");
        }

        foreach (string failure in _failures.Take(20))
        {
            Console.WriteLine($"WRONG: {failure}");
        }

        Console.WriteLine($"{_next + 1} requests in {minutes} minutes from seed {seed}, {_compared} of them compared with what is known, {_reloads} models loaded anew: {_failures.Count} wrong.");
        return _failures.IsEmpty ? 0 : 1;
    }

    // What the catalogue says that each example is answered.
    private async Task KnowAsync(Sender sender, Surface surface)
    {
        foreach (Entry entry in surface.Entries.Where(entry => entry.Example is not null && entry.Model is null && surface.Models.Contains(entry.Path.Replace("/v1/", string.Empty, StringComparison.Ordinal).Replace('/', '.').Replace('-', '_'))))
        {
            JsonNode told = JsonNode.Parse(await sender.Client.GetStringAsync($"/v1/operations/{entry.Path["/v1/".Length..]}"))!["example"]!;
            using HttpResponseMessage response = await sender.Client.PostAsync(entry.Path, new StringContent(told["request"]!.ToJsonString(), System.Text.Encoding.UTF8, "application/json"));
            byte[] answer = await response.Content.ReadAsByteArrayAsync();
            if (!JsonNode.DeepEquals(JsonNode.Parse(answer), told["response"]))
            {
                _failures.Enqueue($"{entry.Path} is not answered as the catalogue says");
            }
        }
    }

    private async Task SendAsync(CaseMaker maker, Sender sender, double duration)
    {
        long end = Stopwatch.GetTimestamp() + (long)(duration * 60 * Stopwatch.Frequency);
        Task reloading = ReloadAsync(sender, end);
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetTimestamp() < end)
            {
                Case sent = maker.Make(Interlocked.Increment(ref _next));

                // Loading and unloading is done beside, where it takes nothing away from the others.
                if (!sent.Path.StartsWith("/v2/repository/models/", StringComparison.Ordinal))
                {
                    await SendOneAsync(sent, sender);
                }
            }
        })));
        await reloading;
    }

    private async Task ReloadAsync(Sender sender, long end)
    {
        while (Stopwatch.GetTimestamp() < end)
        {
            using HttpResponseMessage answer = await sender.Client.PostAsync("/v2/repository/models/street-scenes/load", null);
            _reloads += answer.IsSuccessStatusCode ? 1 : 0;
            await Task.Delay(BetweenReloads);
        }
    }

    private async Task SendOneAsync(Case sent, Sender sender)
    {
        try
        {
            Answer answer = await sender.SendAsync(sent);
            if (AnswerCheck.Wrong(sent, answer) is { } wrong)
            {
                _failures.Enqueue($"{wrong}: {sent}");
            }
            else if (sent.IsRight && sent.Method == "POST" && answer.Status == 200)
            {
                Interlocked.Increment(ref _compared);
                string asked = $"{sent.Path} {string.Join(';', sent.Headers.Where(header => header.Name != "Content-Encoding"))} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(sent.Body ?? []))}";
                if (!_answers.GetOrAdd(asked, answer.Body).AsSpan().SequenceEqual(answer.Body))
                {
                    _failures.Enqueue($"another answer than before: {sent}");
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or HttpRequestException)
        {
            _failures.Enqueue($"{exception.Message}: {sent}");
        }
    }

    private async Task<(long Memory, int Handles)> AtRestAsync()
    {
        await Task.Delay(Rest);
        using var running = Process.GetProcessById(process);
        return (running.WorkingSet64, running.HandleCount);
    }
}
