using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace GradService.Tests.Policy;

/// <summary>
/// A program that knows the service by its HTTP API alone: it plays, the service draws the actions, discounts the rewards and gives the gradient.
/// Episodes step together, so that one request chooses an action for each that still runs.
/// </summary>
internal sealed class CartPoleLearner(HttpClient client, int seed)
{
    private const double StepSize = 0.5;
    private const double Momentum = 0.9;
    private const double Scaling = 0.99;

    private readonly Random _random = new(seed);
    private readonly double[][] _momentum = Zeros();
    private readonly double[][] _scale = Zeros();
    private int _draws;
    private int _updates;

    public double[][] Theta { get; } = Zeros();

    public int Requests { get; private set; }

    /// <summary>Plays episodes side by side, each until it ends; answers the states and actions of each.</summary>
    public async Task<List<(double[] State, int Action)>[]> PlayAsync(int episodes)
    {
        CartPole[] poles = [.. Enumerable.Range(0, episodes).Select(_ => CartPole.Start(_random))];
        var histories = new List<(double[] State, int Action)>[episodes];
        for (int episode = 0; episode < episodes; episode++)
        {
            histories[episode] = [];
        }

        while (true)
        {
            int[] running = [.. Enumerable.Range(0, episodes).Where(episode => !poles[episode].HasEnded)];
            if (running.Length == 0)
            {
                return histories;
            }

            double[][] states = [.. running.Select(episode => poles[episode].State)];
            JsonNode answer = await AskAsync("sample", new { states, theta = Theta, seed = ++_draws, dtype = "FP64" });
            foreach ((int episode, JsonNode? action) in running.Zip(answer["actions"]!.AsArray()))
            {
                histories[episode].Add((poles[episode].State, (int)action!));
                poles[episode].Push((int)action!);
            }
        }
    }

    /// <summary>Takes one step of REINFORCE, each return compared with the mean return of all episodes at the same time: as all start alike, time tells what to expect.</summary>
    public async Task LearnAsync(List<(double[] State, int Action)>[] episodes)
    {
        bool[] starts = [.. episodes.SelectMany(episode => episode.Select((_, time) => time == 0))];
        int[] times = [.. episodes.SelectMany(episode => Enumerable.Range(0, episode.Count))];
        JsonNode discounted = await AskAsync("returns", new { rewards = starts.Select(_ => 1.0), episode_starts = starts, gamma = 0.99, dtype = "FP64" });
        double[] returns = [.. discounted["returns"]!.AsArray().Select(value => (double)value!)];
        ILookup<int, double> byTime = times.Zip(returns).ToLookup(pair => pair.First, pair => pair.Second);
        Dictionary<int, double> expected = byTime.ToDictionary(group => group.Key, group => group.Average());
        JsonNode answer = await AskAsync("reinforce", new
        {
            states = episodes.SelectMany(episode => episode.Select(step => step.State)),
            theta = Theta,
            actions = episodes.SelectMany(episode => episode.Select(step => step.Action)),
            returns,
            baseline = times.Select(time => expected[time]),
            normalize_advantages = true,
            dtype = "FP64",
        });
        Descend(answer["grad_theta"]!);
    }

    // Adam (D. P. Kingma and J. Ba, 2015).
    private void Descend(JsonNode gradient)
    {
        _updates++;
        for (int i = 0; i < Theta.Length; i++)
        {
            for (int a = 0; a < Theta[i].Length; a++)
            {
                double slope = (double)gradient[i]![a]!;
                _momentum[i][a] = (Momentum * _momentum[i][a]) + ((1 - Momentum) * slope);
                _scale[i][a] = (Scaling * _scale[i][a]) + ((1 - Scaling) * slope * slope);
                double mean = _momentum[i][a] / (1 - Math.Pow(Momentum, _updates));
                double size = Math.Sqrt(_scale[i][a] / (1 - Math.Pow(Scaling, _updates)));
                Theta[i][a] -= StepSize * mean / (size + 1e-8);
            }
        }
    }

    private async Task<JsonNode> AskAsync(string operation, object request)
    {
        Requests++;
        using HttpResponseMessage answer = await client.PostAsJsonAsync($"/v1/policy/{operation}", request, TestContext.Current.CancellationToken);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    private static double[][] Zeros() => [.. Enumerable.Range(0, 4).Select(_ => new double[2])];
}
