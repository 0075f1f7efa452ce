using GradService.OpenApi;
using Microsoft.OpenApi;

namespace GradService.Tests.OpenApi;

public sealed class FragmentTests
{
    [Fact]
    public void Every_fragment_is_OpenAPI_and_they_do_not_collide()
    {
        var document = new OpenApiDocument { Paths = [] };
        foreach (string name in (string[])["shared", "gradcheck", "catalogue", "models", "inference-protocol", "health", "metrics"])
        {
            Fragment.Read(name).AddTo(document);
        }

        Assert.Contains("/v2/models/{model_name}/infer", document.Paths.Keys);
        Assert.Throws<InvalidOperationException>(() => Fragment.Read("no-such-fragment"));
    }
}
