namespace GradService.Numerics.Tests;

public sealed class PublicSurfaceTests
{
    [Fact]
    public void The_public_surface_is_the_approved_one() =>
        PublicSurface.Approve(typeof(OperandException).Assembly, "GradService.Numerics.Tests/approved-surface.txt");
}
