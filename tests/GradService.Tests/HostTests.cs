namespace GradService.Tests;

public sealed class HostTests
{
    [Fact]
    public void The_host_knows_the_mathematics_and_the_mathematics_knows_no_host() =>
        Assert.DoesNotContain(
            typeof(Numerics.OperandException).Assembly.GetReferencedAssemblies(),
            reference => reference.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || reference.Name == "GradService");
}
