namespace GradService.Numerics.Tests;

public sealed class QuantityTests
{
    [Theory]
    [InlineData(0, "0 classes")]
    [InlineData(1, "1 class")]
    [InlineData(12, "12 classes")]
    public void One_has_a_word_of_its_own(long count, string expected) => Assert.Equal(expected, Quantity.Of(count, "class", "classes"));

    [Theory]
    [InlineData(0, "no classes, so labels cannot be any")]
    [InlineData(1, "1 class, so labels are 0")]
    [InlineData(2, "2 classes, so labels run from 0 to 1")]
    public void Indices_run_below_their_number(int count, string expected) => Assert.Equal(expected, Quantity.Numbered(count, "class", "classes", "labels"));
}
