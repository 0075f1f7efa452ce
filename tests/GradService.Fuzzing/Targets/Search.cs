using GradService.Fuzzing.Http;

namespace GradService.Fuzzing.Targets;

/// <summary>A search without instrumentation: inputs of the corpus, damaged in ways that a seed chooses.</summary>
internal static class Search
{
    /// <summary>Runs the corpus, and so many damaged inputs after it.</summary>
    /// <returns>What was found: the input, as hexadecimal digits, and the exception. Empty for nothing.</returns>
    public static IEnumerable<string> Run(FuzzTarget target, int seed, int count)
    {
        (string Name, byte[] Bytes)[] corpus = [.. target.Corpus];
        foreach ((string name, byte[] bytes) in corpus)
        {
            if (Failure(target, bytes) is { } failure)
            {
                yield return $"{target.Name}/{name}: {failure}";
            }
        }

        var random = new Random(seed);
        for (int run = 0; run < count; run++)
        {
            byte[] input = corpus[random.Next(corpus.Length)].Bytes;
            for (int times = 1 + random.Next(4); times > 0; times--)
            {
                input = ByteMutation.Apply(input, random);
            }

            if (Failure(target, input) is { } failure)
            {
                yield return $"{target.Name}, run {run} of seed {seed}, {Convert.ToHexString(input)}: {failure}";
            }
        }
    }

    private static Exception? Failure(FuzzTarget target, byte[] input)
    {
        try
        {
            target.Run(input);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }
}
