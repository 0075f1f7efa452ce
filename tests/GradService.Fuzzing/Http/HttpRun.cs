using System.Collections.Concurrent;
using System.Globalization;

namespace GradService.Fuzzing.Http;

/// <summary>Sends a number of requests to a running service, and says what was answered and what was wrong with it.</summary>
internal sealed class HttpRun(Uri service, int seed, int requests, int? process)
{
    private const int Senders = 4;

    private readonly ConcurrentDictionary<(string Family, int Status), int> _answers = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private int _right;

    /// <summary>Runs, and prints a table.</summary>
    /// <returns>0 when nothing was wrong.</returns>
    public async Task<int> RunAsync()
    {
        using var sender = new Sender(service);
        Surface surface = await Surface.OfAsync(sender.Client);
        CaseMaker maker = await CaseMaker.OfAsync(surface, seed);
        await SendAsync(maker, sender, 0, requests / 5);
        long before = Memory();
        await SendAsync(maker, sender, requests / 5, requests);
        long after = Memory();
        Print(surface);
        if (process is not null)
        {
            Console.WriteLine($"Memory of the service: {before >> 20} MB after {requests / 5} requests, {after >> 20} MB after {requests}.");
            if (after > (before * 5 / 4) + (64 << 20))
            {
                _failures.Enqueue("the memory of the service has grown");
            }
        }

        if ((int)(await sender.Client.GetAsync("/health/ready")).StatusCode != 200)
        {
            _failures.Enqueue("the service is not ready any more");
        }

        foreach (string failure in _failures.Take(20))
        {
            Console.WriteLine($"WRONG: {failure}");
        }

        Console.WriteLine($"{requests} requests from seed {seed}, {_right} of them right: {_failures.Count} wrong answers.");
        return _failures.IsEmpty ? 0 : 1;
    }

    /// <summary>Sends one request of a run and shows request and answer.</summary>
    public async Task<int> ShowAsync(int index)
    {
        using var sender = new Sender(service);
        CaseMaker maker = await CaseMaker.OfAsync(await Surface.OfAsync(sender.Client), seed);
        Case sent = maker.Make(index);
        Console.WriteLine(sent);
        Answer answer = await sender.SendAsync(sent);
        Console.WriteLine($"{answer.Status} {answer.Type} {System.Text.Encoding.UTF8.GetString(answer.Body)}");
        return AnswerCheck.Wrong(sent, answer) is null ? 0 : 1;
    }

    private Task SendAsync(CaseMaker maker, Sender sender, int from, int to)
    {
        int next = from - 1;
        return Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(async () =>
        {
            for (int index = Interlocked.Increment(ref next); index < to; index = Interlocked.Increment(ref next))
            {
                await SendAsync(maker.Make(index), sender);
            }
        })));
    }

    private async Task SendAsync(Case sent, Sender sender)
    {
        try
        {
            Answer answer = await sender.SendAsync(sent);
            _answers.AddOrUpdate((Family(sent.Path), answer.Status), 1, (_, count) => count + 1);
            if (sent.IsRight)
            {
                Interlocked.Increment(ref _right);
            }

            if (AnswerCheck.Wrong(sent, answer) is { } wrong)
            {
                _failures.Enqueue($"{wrong}: {sent}");
            }
        }
        catch (OperationCanceledException)
        {
            _failures.Enqueue($"no answer within {Sender.Patience.TotalSeconds} s: {sent}");
        }
        catch (HttpRequestException exception)
        {
            _failures.Enqueue($"{exception.Message}: {sent}");
        }
    }

    private static string Family(string path)
    {
        string[] parts = path.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 0 ? "/" : parts[0] == "v1" && parts.Length > 1 ? $"/v1/{parts[1]}" : $"/{parts[0]}";
    }

    private long Memory()
    {
        if (process is null)
        {
            return 0;
        }

        using var running = System.Diagnostics.Process.GetProcessById(process.Value);
        return running.WorkingSet64;
    }

    private void Print(Surface surface)
    {
        int[] statuses = [.. _answers.Keys.Select(key => key.Status).Distinct().Order()];
        Console.WriteLine($"{surface.Entries.Count} entries of the OpenAPI document and models.");
        Console.WriteLine($"| requests to | {string.Join(" | ", statuses.Select(status => status == 0 ? "closed" : status.ToString(CultureInfo.InvariantCulture)))} |");
        Console.WriteLine($"|---|{string.Concat(statuses.Select(_ => "---:|"))}");
        foreach (string family in _answers.Keys.Select(key => key.Family).Distinct().Order(StringComparer.Ordinal))
        {
            Console.WriteLine($"| `{family}` | {string.Join(" | ", statuses.Select(status => _answers.GetValueOrDefault((family, status))))} |");
        }
    }
}
