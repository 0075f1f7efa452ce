using GradService.Fuzzing.Targets;

namespace GradService.Tests.Fuzzing;

/// <summary>The corpus, and inputs made of it by a fixed seed, through everything that reads bytes from outside.</summary>
public sealed class FuzzTargetTests
{
    private const int Damaged = 2000;

    public static TheoryData<string> Names => [.. FuzzTarget.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_comes_is_read_or_refused_with_a_sentence(string name)
    {
        FuzzTarget target = FuzzTarget.All.Single(candidate => candidate.Name == name);
        Assert.NotEmpty(target.Corpus);
        Assert.Empty(Search.Run(target, seed: 1, Damaged));
    }

    [Fact]
    public void A_target_that_throws_something_else_is_found()
    {
        var target = new FuzzTarget("scanner", bytes => throw new InvalidOperationException("a defect"));
        Assert.Equal(target.Corpus.Count() + 1, Search.Run(target, seed: 1, 1).Count());
    }
}
