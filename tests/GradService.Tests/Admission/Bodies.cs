using System.Text;

namespace GradService.Tests.Admission;

internal static class Bodies
{
    public const string CrossEntropy = "/v1/losses/cross-entropy";
    public const string Softmax = "/v1/activations/softmax";
    public const string Tiny = """{"logits":[[2,0.5,-1]],"labels":[0]}""";
    public const string TinyInfer = """{"inputs":[{"name":"logits","datatype":"FP32","shape":[1,3],"data":[2,0.5,-1]},{"name":"labels","datatype":"INT32","shape":[1],"data":[0]}]}""";

    /// <summary>A body of more than a small one's bytes.</summary>
    public static string Large { get; } = Logits(60_000);

    /// <summary>So many logits in rows of ten.</summary>
    public static string Logits(int count) => Rows(count, "{\"logits\":[", "]}");

    /// <summary>The same for the other door.</summary>
    public static string LargeInfer { get; } =
        $$"""{"inputs":[{"name":"logits","datatype":"FP32","shape":[60000],"data":[{{string.Join(',', Enumerable.Repeat("0.5", 60_000))}}]}]}""";

    private static string Rows(int count, string before, string after)
    {
        const string Row = "[0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5]";
        return new StringBuilder(before).AppendJoin(',', Enumerable.Repeat(Row, count / 10)).Append(after).ToString();
    }
}
