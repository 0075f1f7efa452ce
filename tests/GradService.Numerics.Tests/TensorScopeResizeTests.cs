using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests;

public sealed class TensorScopeResizeTests
{
    [Fact]
    public void A_rental_grows_and_shrinks_with_its_charge_and_its_content()
    {
        var budget = new MemoryBudget(100_000);
        using (var scope = new TensorScope(budget))
        {
            Memory<byte> bytes = scope.RentBytes(10);
            bytes.Span.Fill(7);
            foreach (int size in new[] { 12, 1000, 60_000, 59_000, 20, 0, 40 })
            {
                int keep = Math.Min(10, Math.Min(size, bytes.Length));
                bytes = scope.Resize(bytes, size, keep);
                Assert.Equal(size, bytes.Length);
                Assert.Equal(size, budget.Taken);
                Assert.All(bytes[..keep].ToArray(), value => Assert.Equal(7, value));
            }
        }

        Assert.Equal(0, budget.Taken);
    }

    [Fact]
    public void What_is_given_back_early_is_not_charged_and_not_given_back_twice()
    {
        var budget = new MemoryBudget(1000);
        using var scope = new TensorScope(budget);
        Tensor<float> first = scope.Rent<float>(new Shape(100));
        Tensor<float> second = scope.Rent<float>(new Shape(50));
        scope.GiveBack(first);
        Assert.Equal(200, budget.Taken);
        Assert.Throws<ArgumentException>(() => scope.GiveBack(first));
        Assert.Throws<ArgumentException>(() => scope.GiveBack(new Tensor<float>(new Shape(1), [1])));
        scope.GiveBack(second);
        Assert.Equal(0, scope.Charged);
    }

    [Fact]
    public void A_rental_the_budget_cannot_hold_is_refused_and_the_old_one_stays()
    {
        var budget = new MemoryBudget(1000);
        using var scope = new TensorScope(budget);
        Memory<byte> bytes = scope.RentBytes(600);
        Assert.Throws<MemoryBudgetException>(() => scope.Resize(bytes, 2000, 0));
        Assert.Equal(600, budget.Taken);
        scope.GiveBack(bytes);
    }

    [Fact]
    public void The_same_elements_can_be_seen_in_another_shape()
    {
        var tensor = new Tensor<int>(new Shape(2, 3), [1, 2, 3, 4, 5, 6]);
        Assert.Equal([1, 2, 3, 4, 5, 6], ((Tensor<int>)((Tensor)tensor).Reshape(new Shape(6))).Span.ToArray());
        Assert.Throws<ArgumentException>(() => tensor.Reshape(new Shape(5)));
    }
}
