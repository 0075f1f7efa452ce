using System.Globalization;

namespace GradService.Tests.Policy;

public sealed class CartPoleTests(ServiceFixture service)
{
    private const int EpisodesAtOnce = 30;
    private const int MostUpdates = 40;
    private const int Judged = 100;
    private const double Solved = 475;

    [Fact]
    public async Task A_program_that_has_the_HTTP_API_alone_learns_to_balance_a_pole()
    {
        var learner = new CartPoleLearner(service.Client, seed: 1);
        var curve = new List<double>();
        while (curve.Count < MostUpdates && !HasLearned(curve))
        {
            var episodes = await learner.PlayAsync(EpisodesAtOnce);
            curve.Add(episodes.Average(episode => episode.Count));
            Say($"update {curve.Count,2}: {curve[^1],5:F1} steps on average of {EpisodesAtOnce} episodes");
            if (!HasLearned(curve))
            {
                await learner.LearnAsync(episodes);
            }
        }

        double mean = (await learner.PlayAsync(Judged)).Average(episode => episode.Count);
        Say($"{Judged} episodes with what was learned: {mean:F2} steps on average, after {learner.Requests} requests in all");
        Say($"theta: {string.Join("; ", learner.Theta.Select(row => string.Join(", ", row.Select(value => value.ToString("F3", CultureInfo.InvariantCulture)))))}");
        Assert.True(curve[0] < 50, "A policy that has learned nothing should not balance the pole.");
        Assert.True(mean >= Solved, $"{mean} steps on average of {Judged} episodes; {Solved} count as solved.");
    }

    [Fact]
    public void A_push_moves_the_cart_and_the_pole_as_published()
    {
        var pole = new CartPole([0.01, -0.02, 0.03, 0.04]);
        pole.Push(1);
        // The coupled equations of motion, (M + m) a + m l cos(t) b = F + m l w² sin(t) and m l cos(t) a + 4/3 m l² b = m g l sin(t), solved as a linear system.
        double[] expected = [0.009600000000000001, 0.17467919574755525, 0.030799999999999998, -0.24306871796000815];
        Assert.All(expected.Zip(pole.State), pair => Assert.Equal(pair.First, pair.Second, 1e-15));
        Assert.False(pole.HasEnded);
        Assert.True(new CartPole([2.41, 0, 0, 0]).HasEnded);
        Assert.True(new CartPole([0, 0, -0.2095, 0]).HasEnded);
        Assert.False(new CartPole([-2.39, 0, 0.209, 0]).HasEnded);
    }

    // Two batches in a row, as one may be lucky.
    private static bool HasLearned(List<double> curve) => curve.Count > 1 && curve[^1] >= 495 && curve[^2] >= 495;

    private static void Say(FormattableString line) => TestContext.Current.TestOutputHelper?.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
