using GradService.Numerics.Tests;
using GradService.Onnx.Repository;

namespace GradService.Onnx.Tests;

public sealed class PublicSurfaceTests
{
    [Fact]
    public void The_public_surface_is_the_approved_one() =>
        PublicSurface.Approve(typeof(ModelRepository).Assembly, "GradService.Onnx.Tests/approved-surface.txt");
}
