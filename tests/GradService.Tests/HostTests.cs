namespace GradService.Tests;

public sealed class HostTests
{
    [Fact]
    public void The_host_knows_the_mathematics_and_the_mathematics_knows_no_host() =>
        Assert.DoesNotContain(
            typeof(Numerics.OperandException).Assembly.GetReferencedAssemblies(),
            reference => reference.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || reference.Name == "GradService");

    [Fact]
    public void Exported_models_know_neither_the_host_nor_the_mathematics_and_the_mathematics_knows_no_models()
    {
        Assert.DoesNotContain(
            typeof(Onnx.ModelException).Assembly.GetReferencedAssemblies(),
            reference => reference.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || reference.Name is "GradService" or "GradService.Numerics");
        Assert.DoesNotContain(typeof(Numerics.OperandException).Assembly.GetReferencedAssemblies(), reference => reference.Name == "GradService.Onnx");
    }
}
